package dev.overwinter.worker.temporal;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what to do about a Temporal service that could not be connected to. Quotes no secret. */
final class ConnectionTrouble {
  private ConnectionTrouble() {}

  /**
   * @param address {@code host:port} as it was dialled
   * @param failure what the attempt ended with
   */
  static String explain(String address, RuntimeException failure) {
    if (failure instanceof StatusRuntimeException refusal) {
      Status.Code code = refusal.getStatus().getCode();
      if (code == Status.Code.UNAUTHENTICATED || code == Status.Code.PERMISSION_DENIED) {
        return "Temporal at %s does not accept the credentials (%s): check that TEMPORAL_API_KEY, or api_key of the profile, is for this service and has not run out"
            .formatted(address, code);
      }
    }
    List<Throwable> chain = chain(failure);
    return certificate(address, chain)
        .or(() -> handshake(address, chain))
        .orElse(
            "Temporal does not answer at %s: start it, or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_TLS_*, TEMPORAL_API_KEY) to where it is"
                .formatted(address));
  }

  private static Optional<String> certificate(String address, List<Throwable> chain) {
    if (holds(chain, CertificateExpiredException.class)) {
      return Optional.of(
          "The certificate of Temporal at %s has expired: renew it there, or set this host's clock"
              .formatted(address));
    }
    if (holds(chain, CertificateNotYetValidException.class)) {
      return Optional.of(
          "The certificate of Temporal at %s is not valid yet: set this host's clock"
              .formatted(address));
    }
    if (holds(chain, CertPathValidatorException.class) || says(chain, "PKIX path")) {
      return Optional.of(
          "The certificate of Temporal at %s is not signed by an authority that is trusted here: name the right one with TEMPORAL_TLS_SERVER_CA_CERT_PATH, or server_ca_cert_path in the profile"
              .formatted(address));
    }
    if (holds(chain, CertificateException.class)) {
      return Optional.of(
          "The certificate of Temporal at %s is for another name: set TEMPORAL_ADDRESS to the name in it, or that name as TEMPORAL_TLS_SERVER_NAME (server_name in the profile)"
              .formatted(address));
    }
    return Optional.empty();
  }

  private static Optional<String> handshake(String address, List<Throwable> chain) {
    if (says(chain, "_ALERT_") || says(chain, "fatal alert")) {
      return Optional.of(
          "Temporal at %s refuses this client's certificate, or misses one: set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH (client_cert_path and client_key_path in the profile) to one that its authority has signed and that has not expired"
              .formatted(address));
    }
    if (says(chain, "not an SSL/TLS record")) {
      return Optional.of(
          "Temporal at %s does not speak TLS: leave TEMPORAL_TLS_* and TEMPORAL_API_KEY unset (or set TEMPORAL_TLS=false), or correct the port"
              .formatted(address));
    }
    if (says(chain, "Network closed")) {
      return Optional.of(
          "Temporal at %s hangs up at once, as one does that expects TLS: set TEMPORAL_TLS=true, and TEMPORAL_TLS_* as its certificates need"
              .formatted(address));
    }
    if (holds(chain, UnknownHostException.class)) {
      return Optional.of(
          "The host name in Temporal's address %s is not known here: correct TEMPORAL_ADDRESS"
              .formatted(address));
    }
    return Optional.empty();
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable part = failure; part != null && !chain.contains(part); part = part.getCause()) {
      chain.add(part);
    }
    return chain;
  }

  private static boolean holds(List<Throwable> chain, Class<? extends Throwable> type) {
    return chain.stream().anyMatch(type::isInstance);
  }

  private static boolean says(List<Throwable> chain, String words) {
    return chain.stream()
        .anyMatch(part -> part.getMessage() != null && part.getMessage().contains(words));
  }
}
