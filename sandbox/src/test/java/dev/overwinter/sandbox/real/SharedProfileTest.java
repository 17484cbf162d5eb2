package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.worker.settings.TemporalSettings;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Temporal's own tool and the worker, told once where Temporal is and who they are. */
@OnRealTemporal
@Timeout(120)
class SharedProfileTest {
  @TempDir Path directory;

  private final HeldCertificate authority =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  @Test
  void the_tool_and_the_worker_read_one_profile_file_over_mutual_tls() throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (LocalTemporal.Service service = temporal.start(directory.resolve("temporal"));
        MutualTlsGate gate = MutualTlsGate.open(gateContext(), service.address())) {
      Path profiles = writeProfile(gate.port());
      Map<String, String> environment =
          Map.of("TEMPORAL_CONFIG_FILE", profiles.toString(), "TEMPORAL_PROFILE", "night");
      String variables =
          "unset TEMPORAL_ADDRESS; export TEMPORAL_CONFIG_FILE=%s TEMPORAL_PROFILE=night; "
              .formatted(profiles);

      try (TemporalConnection connection = open(environment)) {
        connection.look();
        RunStarter.start(connection.client(), "night", "overwinter", Night.request());
      }
      Typed described =
          temporal.type(directory, variables + "temporal workflow describe --workflow-id night");
      assertThat(described.exitCode()).as(described.all()).isZero();
      assertThat(described.all()).contains("FreezeBackfill").contains("overwinter");

      writeClient(new HeldCertificate.Builder().commonName("a stranger").build());
      assertThat(temporal.type(directory, variables + "temporal workflow list").exitCode())
          .as("the gate asks for certificates of its authority")
          .isNotZero();
      assertThatThrownBy(() -> open(environment).close())
          .isInstanceOf(TemporalUnavailableException.class)
          .hasMessageContaining("refuses this client's certificate");
    }
  }

  private static TemporalConnection open(Map<String, String> environment) {
    return TemporalConnection.open(new TemporalSettings("overwinter", null, null), environment);
  }

  private Path writeProfile(int port) throws IOException {
    writeClient(
        new HeldCertificate.Builder().signedBy(authority).commonName("an operator").build());
    Files.writeString(directory.resolve("ca.pem"), authority.certificatePem());
    return Files.writeString(
        directory.resolve("temporal.toml"),
        """
        [profile.night]
        address = "localhost:%d"
        namespace = "default"
        [profile.night.tls]
        server_ca_cert_path = "%s/ca.pem"
        client_cert_path = "%2$s/client.pem"
        client_key_path = "%2$s/client.key"
        """
            .formatted(port, directory));
  }

  private void writeClient(HeldCertificate certificate) throws IOException {
    Files.writeString(directory.resolve("client.pem"), certificate.certificatePem());
    Files.writeString(directory.resolve("client.key"), certificate.privateKeyPkcs8Pem());
  }

  private SSLContext gateContext() {
    HeldCertificate host =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .addSubjectAlternativeName("localhost")
            .build();
    return new HandshakeCertificates.Builder()
        .heldCertificate(host)
        .addTrustedCertificate(authority.certificate())
        .build()
        .sslContext();
  }
}
