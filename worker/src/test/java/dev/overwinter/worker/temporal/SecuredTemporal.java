package dev.overwinter.worker.temporal;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.tls.HeldCertificate;

/** Temporal's in-memory services behind TLS, and behind a key where one is asked for. */
final class SecuredTemporal implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> NAMESPACE =
      Metadata.Key.of("temporal-namespace", Metadata.ASCII_STRING_MARSHALLER);

  private final TestServicesStarter services = new TestServicesStarter(true, 0);
  private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
  private final String key;
  private final Server server;

  private SecuredTemporal(ServerCredentials credentials, String key) throws IOException {
    this.key = key;
    ServerBuilder<?> builder =
        Grpc.newServerBuilderForPort(0, credentials).intercept(new KeyCheck());
    GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
    server = builder.build().start();
  }

  /** Without TLS. */
  static SecuredTemporal plain() throws IOException {
    return new SecuredTemporal(InsecureServerCredentials.create(), null);
  }

  /** Lets those in who show a certificate of this authority. */
  static SecuredTemporal mutual(HeldCertificate certificate, String clientAuthority)
      throws IOException {
    return new SecuredTemporal(
        TlsServerCredentials.newBuilder()
            .keyManager(
                stream(certificate.certificatePem()), stream(certificate.privateKeyPkcs8Pem()))
            .trustManager(stream(clientAuthority))
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build(),
        null);
  }

  /** Lets those in who send this key. */
  static SecuredTemporal keyed(HeldCertificate certificate, String key) throws IOException {
    return new SecuredTemporal(
        TlsServerCredentials.create(
            stream(certificate.certificatePem()), stream(certificate.privateKeyPkcs8Pem())),
        key);
  }

  int port() {
    return server.getPort();
  }

  /** The namespaces that calls were for, as their headers told. */
  Set<String> namespaces() {
    return namespaces;
  }

  @Override
  public void close() {
    server.shutdownNow();
    services.close();
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private final class KeyCheck implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      if (headers.containsKey(NAMESPACE)) {
        namespaces.add(headers.get(NAMESPACE));
      }
      if (key != null && !("Bearer " + key).equals(headers.get(AUTHORIZATION))) {
        // As Temporal Cloud does, which quotes nothing.
        call.close(Status.UNAUTHENTICATED.withDescription("Request unauthorized."), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return next.startCall(call, headers);
    }
  }
}
