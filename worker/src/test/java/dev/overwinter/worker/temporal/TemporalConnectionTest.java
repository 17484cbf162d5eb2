package dev.overwinter.worker.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.uber.m3.tally.NoopScope;
import dev.overwinter.worker.settings.TemporalSettings;
import io.temporal.client.WorkflowNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Against Temporal's services behind real TLS. */
@Timeout(60)
class TemporalConnectionTest {
  private static final String KEY = "hunter2-api-key";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For what will be refused however long one waits. */
  private static final Duration LITTLE_PATIENCE = Duration.ofSeconds(2);

  @TempDir Path directory;
  private final Certificates certificates = new Certificates();

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("ca.pem"), certificates.authority());
    Certificates.write(directory, "client", certificates.client());
    Certificates.write(directory, "stranger", new Certificates().client());
    Files.writeString(directory.resolve("strange-ca.pem"), new Certificates().authority());
  }

  @Test
  void the_profile_file_of_the_command_line_leads_over_mutual_tls() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      try (TemporalConnection connection = open(profile(temporal, "night"))) {
        assertThat(connection.address()).isEqualTo("localhost:" + temporal.port());
        assertThat(connection.client().getOptions().getNamespace()).isEqualTo("migrations");
        look(connection);
        assertThat(temporal.namespaces()).contains("migrations");
      }
    }
  }

  @Test
  void variables_go_before_the_profile_file_and_the_file_before_our_own_settings()
      throws IOException {
    try (SecuredTemporal temporal = mutual();
        SecuredTemporal other = mutual()) {
      Map<String, String> environment = profile(temporal, "night");
      TemporalSettings settings = new TemporalSettings("overwinter", "localhost:1", "ours");
      try (TemporalConnection connection = open(settings, environment)) {
        assertThat(connection.address()).isEqualTo("localhost:" + temporal.port());
        assertThat(connection.client().getOptions().getNamespace()).isEqualTo("migrations");
      }
      environment.put("TEMPORAL_ADDRESS", "localhost:" + other.port());
      environment.put("TEMPORAL_NAMESPACE", "rehearsals");
      try (TemporalConnection connection = open(settings, environment)) {
        assertThat(connection.address()).isEqualTo("localhost:" + other.port());
        assertThat(connection.client().getOptions().getNamespace()).isEqualTo("rehearsals");
      }
    }
  }

  @Test
  void our_own_settings_count_where_nothing_else_is_said() throws IOException {
    try (SecuredTemporal temporal = SecuredTemporal.plain();
        TemporalConnection connection =
            open(
                new TemporalSettings("overwinter", "localhost:" + temporal.port(), "ours"),
                withoutProfile())) {
      assertThat(connection.client().getOptions().getNamespace()).isEqualTo("ours");
    }
  }

  @Test
  void another_name_in_the_certificate_is_accepted_when_it_is_named() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      Map<String, String> environment = tls(temporal);
      environment.put("TEMPORAL_ADDRESS", "127.0.0.1:" + temporal.port());
      assertThat(refusal(environment)).contains("is for another name", "TEMPORAL_TLS_SERVER_NAME");

      environment.put("TEMPORAL_TLS_SERVER_NAME", "localhost");
      try (TemporalConnection connection = open(environment)) {
        assertThat(connection.address()).isEqualTo("127.0.0.1:" + temporal.port());
      }
    }
  }

  @Test
  void a_server_of_another_authority_is_refused() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      Map<String, String> environment = tls(temporal);
      environment.put(
          "TEMPORAL_TLS_SERVER_CA_CERT_PATH", directory.resolve("strange-ca.pem").toString());
      assertThat(refusal(environment))
          .contains("not signed by an authority", "TEMPORAL_TLS_SERVER_CA_CERT_PATH");
    }
  }

  @Test
  void a_missing_client_certificate_is_asked_for() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      Map<String, String> environment = tls(temporal);
      environment.remove("TEMPORAL_TLS_CLIENT_CERT_PATH");
      environment.remove("TEMPORAL_TLS_CLIENT_KEY_PATH");
      assertThat(refusal(environment)).contains("misses one", "TEMPORAL_TLS_CLIENT_CERT_PATH");
    }
  }

  @Test
  void a_client_certificate_of_a_stranger_is_told_to_be_refused() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      Map<String, String> environment = tls(temporal);
      environment.put(
          "TEMPORAL_TLS_CLIENT_CERT_PATH", directory.resolve("stranger.pem").toString());
      environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", directory.resolve("stranger.key").toString());
      assertThat(refusal(environment)).contains("refuses this client's certificate");
    }
  }

  @Test
  void an_expired_server_certificate_is_named_as_such() throws IOException {
    try (SecuredTemporal temporal =
        SecuredTemporal.mutual(certificates.expiredServer("localhost"), certificates.authority())) {
      assertThat(refusal(tls(temporal))).contains("has expired");
    }
  }

  @Test
  void a_server_without_tls_and_a_client_without_tls_are_told_apart() throws IOException {
    try (SecuredTemporal plain = SecuredTemporal.plain();
        SecuredTemporal secured = mutual()) {
      assertThat(refusal(tls(plain))).contains("does not speak TLS");
      Map<String, String> environment = withoutProfile();
      environment.put("TEMPORAL_ADDRESS", "localhost:" + secured.port());
      assertThat(refusal(environment)).contains("hangs up at once", "TEMPORAL_TLS=true");
    }
  }

  @Test
  void an_api_key_switches_tls_on_and_arrives_as_a_bearer() throws IOException {
    try (SecuredTemporal temporal = keyed();
        TemporalConnection connection = open(withKey(temporal, KEY))) {
      look(connection);
    }
  }

  @Test
  void a_wrong_or_missing_api_key_is_told_at_once_and_quoted_nowhere() throws IOException {
    LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger root = logging.getLogger("ROOT");
    Level before = root.getLevel();
    lines.start();
    root.addAppender(lines);
    root.setLevel(Level.TRACE);
    try (SecuredTemporal temporal = keyed()) {
      String refusal = refusal(withKey(temporal, KEY + "-of-somebody-else"));
      assertThat(refusal)
          .contains("does not accept the credentials", "UNAUTHENTICATED", "TEMPORAL_API_KEY")
          .doesNotContain("hunter2");
      try (TemporalConnection connection = open(withKey(temporal, KEY))) {
        look(connection);
      }
    } finally {
      root.setLevel(before);
      root.detachAppender(lines);
    }
    assertThat(lines.list)
        .isNotEmpty()
        .noneSatisfy(line -> assertThat(line.getFormattedMessage()).contains("hunter2"));
  }

  @Test
  void a_profile_that_is_not_in_the_file_is_told() throws IOException {
    try (SecuredTemporal temporal = SecuredTemporal.plain()) {
      assertThatThrownBy(() -> open(with(profile(temporal, "night"), "TEMPORAL_PROFILE", "day")))
          .isInstanceOf(TemporalUnavailableException.class)
          .hasMessageContaining("TEMPORAL_PROFILE");
    }
  }

  @Test
  void a_profile_file_that_is_not_there_does_not_lead_to_some_other_temporal() {
    Map<String, String> environment = new HashMap<>();
    environment.put("TEMPORAL_CONFIG_FILE", directory.resolve("tempral.toml").toString());
    assertThat(refusal(environment)).contains("tempral.toml", "TEMPORAL_CONFIG_FILE");
  }

  @Test
  void a_broken_profile_file_is_told_without_quoting_its_lines() throws IOException {
    Path file = directory.resolve("broken.toml");
    Files.writeString(file, "[profile.night]\napi_key = \"%s\nnamespace = 3".formatted(KEY));
    assertThat(refusal(with(withoutProfile(), "TEMPORAL_CONFIG_FILE", file.toString())))
        .contains("no valid TOML")
        .doesNotContain("hunter2");
  }

  @Test
  void a_profile_file_without_any_profile_is_told() throws IOException {
    Path file = directory.resolve("nothing.toml");
    Files.writeString(file, "");
    assertThat(refusal(with(withoutProfile(), "TEMPORAL_CONFIG_FILE", file.toString())))
        .contains("profile");
  }

  @Test
  void certificates_that_cannot_be_read_are_named_by_file() throws IOException {
    try (SecuredTemporal temporal = mutual()) {
      String absent = directory.resolve("absent.pem").toString();
      assertThat(refusal(with(tls(temporal), "TEMPORAL_TLS_SERVER_CA_CERT_PATH", absent)))
          .contains("there is no file " + absent);
    }
  }

  private SecuredTemporal mutual() throws IOException {
    return SecuredTemporal.mutual(certificates.server("localhost"), certificates.authority());
  }

  private SecuredTemporal keyed() throws IOException {
    return SecuredTemporal.keyed(certificates.server("localhost"), KEY);
  }

  /** A file as {@code temporal config set} writes it, with one profile. */
  private Map<String, String> profile(SecuredTemporal temporal, String name) throws IOException {
    Path file = directory.resolve("temporal.toml");
    Files.writeString(
        file,
        """
        [profile.%s]
        address = "localhost:%d"
        namespace = "migrations"
        [profile.%1$s.tls]
        server_ca_cert_path = "%s/ca.pem"
        client_cert_path = "%3$s/client.pem"
        client_key_path = "%3$s/client.key"
        """
            .formatted(name, temporal.port(), directory));
    Map<String, String> environment = new HashMap<>();
    environment.put("TEMPORAL_CONFIG_FILE", file.toString());
    environment.put("TEMPORAL_PROFILE", name);
    return environment;
  }

  private Map<String, String> tls(SecuredTemporal temporal) throws IOException {
    Map<String, String> environment = withoutProfile();
    environment.put("TEMPORAL_ADDRESS", "localhost:" + temporal.port());
    environment.put("TEMPORAL_TLS_SERVER_CA_CERT_PATH", directory.resolve("ca.pem").toString());
    environment.put("TEMPORAL_TLS_CLIENT_CERT_PATH", directory.resolve("client.pem").toString());
    environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", directory.resolve("client.key").toString());
    return environment;
  }

  private Map<String, String> withKey(SecuredTemporal temporal, String key) throws IOException {
    Map<String, String> environment = withoutProfile();
    environment.put("TEMPORAL_ADDRESS", "localhost:" + temporal.port());
    environment.put("TEMPORAL_TLS_SERVER_CA_CERT_PATH", directory.resolve("ca.pem").toString());
    environment.put("TEMPORAL_API_KEY", key);
    return environment;
  }

  /** Whoever runs the tests may have a profile file of their own. */
  private Map<String, String> withoutProfile() throws IOException {
    Path empty = directory.resolve("empty.toml");
    Files.writeString(empty, "[profile.default]\n");
    Map<String, String> environment = new HashMap<>();
    environment.put("TEMPORAL_CONFIG_FILE", empty.toString());
    return environment;
  }

  private static Map<String, String> with(
      Map<String, String> environment, String name, String value) {
    environment.put(name, value);
    return environment;
  }

  private static TemporalConnection open(Map<String, String> environment) {
    return open(new TemporalSettings("overwinter", null, null), environment);
  }

  private static TemporalConnection open(
      TemporalSettings settings, Map<String, String> environment) {
    return TemporalConnection.open(settings, environment, new NoopScope(), PATIENCE);
  }

  private static void look(TemporalConnection connection) {
    assertThatThrownBy(() -> connection.client().newUntypedWorkflowStub("nothing").cancel())
        .as("it answers that there is no such run")
        .isInstanceOf(WorkflowNotFoundException.class);
  }

  private static String refusal(Map<String, String> environment) {
    long begin = System.nanoTime();
    TemporalUnavailableException refusal =
        catchThrowableOfType(
            TemporalUnavailableException.class,
            () ->
                TemporalConnection.open(
                        new TemporalSettings("overwinter", null, null),
                        environment,
                        new NoopScope(),
                        LITTLE_PATIENCE)
                    .close());
    assertThat(refusal).isNotNull();
    assertThat(refusal).hasNoCause();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
    return refusal.getMessage();
  }
}
