package dev.overwinter.worker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.overwinter.worker.secrecy.PayloadKey;
import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.workflows.request.RequestReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
  private static final String COMPLETE =
      """
      source:
        url: postgresql://db.example.org:6543/postgres?sslmode=verify-full
        user: postgres.abc
        maxConnections: 8
      target:
        url: jdbc:postgresql://localhost/app
        user: app
      stackAuth:
        url: https://auth.example.org/
        projectId: 6f1c0a54-8a43-4a7a-9a9f-0a2f4b0c1d2e
      request:
        schemas: [public]
      """;

  private static final Map<String, String> SECRETS =
      Map.of(
          "OVERWINTER_SOURCE_PASSWORD", "hunter2-source",
          "OVERWINTER_TARGET_PASSWORD", "hunter2-target",
          "OVERWINTER_STACK_SECRET_KEY", "ssk_hunter2");

  private static final String HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @TempDir Path directory;

  @Test
  void a_complete_file_is_read_with_defaults() throws IOException {
    WorkerSettings settings = read(COMPLETE, SECRETS);

    assertThat(settings.source().jdbcUrl())
        .isEqualTo("jdbc:postgresql://db.example.org:6543/postgres?sslmode=verify-full");
    assertThat(settings.source().user()).isEqualTo("postgres.abc");
    assertThat(settings.source().password()).isEqualTo("hunter2-source");
    assertThat(settings.source().maxConnections()).isEqualTo(8);
    assertThat(settings.target().jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:5432/app");
    assertThat(settings.stackAuth().baseUrl()).hasToString("https://auth.example.org");
    assertThat(settings.stackAuth().secretServerKey()).isEqualTo("ssk_hunter2");
    assertThat(settings.archiveDirectory()).isEqualTo(Path.of("overwinter-data/archive"));
    assertThat(settings.temporal().taskQueue()).isEqualTo("overwinter");
    assertThat(settings.request().get("schemas").get(0).asText()).isEqualTo("public");
  }

  @Test
  void the_example_is_right_with_the_secrets_it_asks_for() {
    WorkerSettings settings =
        SettingsReader.read(Path.of("..", "overwinter.example.yaml"), SECRETS);

    assertThat(settings.source().side()).isEqualTo("source");
    RequestReader.Result request = RequestReader.read(settings.request());
    assertThat(request.problems()).isEmpty();
    assertThat(request.request())
        .as("says its values are the defaults")
        .isEqualTo(RequestReader.read(JsonNodeFactory.instance.objectNode()).request());
  }

  @Test
  void its_text_form_shows_no_secret() throws IOException {
    assertThat(read(COMPLETE, SECRETS).toString()).doesNotContain("hunter2");
  }

  @Test
  void payload_keys_come_from_variables_or_files_and_are_not_shown() throws IOException {
    PayloadKey key = PayloadKey.random();
    PayloadKey old = PayloadKey.random();
    PayloadKey older = PayloadKey.random();
    Path file = Files.writeString(directory.resolve("key"), key.base64() + "\n");

    WorkerSettings settings =
        read(
            COMPLETE,
            with(
                Map.of(
                    "OVERWINTER_PAYLOAD_KEY_FILE",
                    file.toString(),
                    "OVERWINTER_PAYLOAD_OLD_KEYS",
                    old.base64() + ", " + older.base64())));

    PayloadKeys keys = settings.temporal().payloadKeys();
    assertThat(keys.current().orElseThrow().id()).isEqualTo(key.id());
    assertThat(keys.ids()).containsExactly(key.id(), old.id(), older.id());
    assertThat(settings.toString()).contains(key.id()).doesNotContain(key.base64());
  }

  @Test
  void a_wrong_payload_key_is_refused_without_being_quoted() {
    assertThatThrownBy(
            () -> read(COMPLETE, with(Map.of("OVERWINTER_PAYLOAD_KEY", "c2hvcnQgc2VjcmV0"))))
        .hasMessageContaining("OVERWINTER_PAYLOAD_KEY holds 12 bytes, not 32")
        .hasMessageContaining("overwinter codec --new-key")
        .hasMessageNotContaining("c2hvcnQgc2VjcmV0");
    assertThatThrownBy(() -> read(COMPLETE, with(Map.of("OVERWINTER_PAYLOAD_KEY", ""))))
        .hasMessageContaining("OVERWINTER_PAYLOAD_KEY is empty");
    assertThatThrownBy(() -> SettingsReader.readCodec(Map.of()))
        .hasMessageContaining("OVERWINTER_PAYLOAD_KEY is missing");
  }

  @Test
  void nobody_is_told_of_the_freeze_unless_asked_for() throws IOException {
    assertThat(read(COMPLETE, SECRETS).hooks().urls()).isEmpty();
    assertThat(
            read(COMPLETE, with(Map.of("OVERWINTER_HOOK_URLS", "", "OVERWINTER_HOOK_SECRET", "")))
                .hooks()
                .urls())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hooks: {urls: https://status.example.org/T0K3N}",
        "hooks: {urls: [https://status.example.org/T0K3N]}",
      })
  void hooks_are_one_address_or_a_list_and_are_shown_by_their_hosts(String yaml)
      throws IOException {
    WorkerSettings settings =
        read(COMPLETE + yaml, with(Map.of("OVERWINTER_HOOK_SECRET", HOOK_SECRET)));

    assertThat(settings.hooks().urls())
        .containsExactly(URI.create("https://status.example.org/T0K3N"));
    assertThat(settings.toString())
        .contains("status.example.org")
        .doesNotContain("T0K3N", HOOK_SECRET);
  }

  @Test
  void hooks_from_the_environment_go_before_the_file() throws IOException {
    assertThat(
            read(
                    COMPLETE + "hooks: {urls: [https://file.example.org/]}",
                    with(
                        Map.of(
                            "OVERWINTER_HOOK_URLS",
                            "https://a.example.org/x?token=1, http://127.0.0.1:8080/b\nhttp://[::1]/",
                            "OVERWINTER_HOOK_SECRET",
                            HOOK_SECRET)))
                .hooks()
                .urls())
        .extracting(URI::getHost)
        .containsExactly("a.example.org", "127.0.0.1", "[::1]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://status.example.org/T0K3N",
        "http://localhost.example.org/T0K3N",
        "http://127.0.0.1.example.org/T0K3N",
        "ftp://status.example.org/T0K3N",
        "https:///T0K3N",
        "https://status.example.org:70000/T0K3N",
        "status.example.org/T0K3N",
        "\"https://status.example.org/T0K3N#x\"",
      })
  void a_hook_that_would_be_told_in_the_clear_or_nowhere_is_refused_without_being_quoted(
      String url) {
    assertThatThrownBy(
            () ->
                read(
                    COMPLETE + "hooks: {urls: [" + url + "]}",
                    with(Map.of("OVERWINTER_HOOK_SECRET", HOOK_SECRET))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("1 problem")
        .hasMessageContaining("hooks.urls[0] must be an address such as https://")
        .hasMessageNotContaining("T0K3N");
  }

  @Test
  void wrong_hooks_are_explained() {
    String hook = "hooks: {urls: [https://status.example.org/]}";
    assertThatThrownBy(() -> read(COMPLETE + hook, SECRETS))
        .hasMessageContaining("OVERWINTER_HOOK_SECRET is missing")
        .hasMessageContaining("whsec_$(openssl rand -base64 32)");
    assertThatThrownBy(
            () -> read(COMPLETE + hook, with(Map.of("OVERWINTER_HOOK_SECRET", "hunter2-hook"))))
        .hasMessageContaining("OVERWINTER_HOOK_SECRET does not begin with whsec_")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> read(COMPLETE, with(Map.of("OVERWINTER_HOOK_SECRET", HOOK_SECRET))))
        .hasMessageContaining("nobody is told of the freeze: set OVERWINTER_HOOK_URLS");
    assertThatThrownBy(() -> read(COMPLETE + "hooks: https://status.example.org/T0K3N", SECRETS))
        .hasMessageContaining("hooks must hold urls")
        .hasMessageNotContaining("T0K3N");
    assertThatThrownBy(
            () ->
                read(
                    COMPLETE + "hooks: {urls: [https://ann:T0K3N@status.example.org/]}",
                    with(Map.of("OVERWINTER_HOOK_SECRET", HOOK_SECRET))))
        .hasMessageContaining("hooks.urls[0] holds a secret or user name")
        .hasMessageNotContaining("T0K3N");
    assertThatThrownBy(
            () ->
                read(
                    COMPLETE,
                    with(
                        Map.of(
                            "OVERWINTER_HOOK_URLS",
                            "https://a/ https://b/ https://c/ https://d/ https://e/",
                            "OVERWINTER_HOOK_SECRET",
                            HOOK_SECRET))))
        .hasMessageContaining("hooks.urls holds 5 addresses: at most 4 are told");
  }

  @Test
  void versions_are_off_unless_asked_for() throws IOException {
    assertThat(read(COMPLETE, SECRETS).temporal().versioning()).isEqualTo(Versioning.NONE);
    TemporalSettings pinned =
        read(
                COMPLETE,
                with(Map.of("OVERWINTER_VERSIONING", "pinned", "OVERWINTER_BUILD_ID", "2026.11")))
            .temporal();
    assertThat(pinned.versioning()).isEqualTo(Versioning.PINNED);
    assertThat(pinned.buildId()).isEqualTo("2026.11");
    assertThatThrownBy(() -> read(COMPLETE, with(Map.of("OVERWINTER_VERSIONING", "on"))))
        .hasMessageContaining("temporal.versioning must be one of none, pinned");
  }

  @Test
  void the_environment_goes_before_the_file() throws IOException {
    WorkerSettings settings =
        read(
            COMPLETE,
            with(
                Map.of(
                    "OVERWINTER_SOURCE_URL", "postgresql://other:5432/db",
                    "OVERWINTER_SOURCE_MAX_CONNECTIONS", "5",
                    "OVERWINTER_TASK_QUEUE", "other-queue",
                    "OVERWINTER_ARCHIVE_DIRECTORY", "/srv/archive")));

    assertThat(settings.source().jdbcUrl()).isEqualTo("jdbc:postgresql://other:5432/db");
    assertThat(settings.source().maxConnections()).isEqualTo(5);
    assertThat(settings.temporal().taskQueue()).isEqualTo("other-queue");
    assertThat(settings.archiveDirectory()).isEqualTo(Path.of("/srv/archive"));
  }

  @Test
  void the_environment_alone_is_enough() {
    WorkerSettings settings =
        SettingsReader.read(
            null,
            with(
                Map.of(
                    "OVERWINTER_SOURCE_URL", "postgresql://source/db",
                    "OVERWINTER_SOURCE_USER", "a",
                    "OVERWINTER_TARGET_URL", "postgresql://target/db",
                    "OVERWINTER_TARGET_USER", "b",
                    "OVERWINTER_STACK_URL", "http://localhost:8102",
                    "OVERWINTER_STACK_PROJECT_ID", "internal")));

    assertThat(settings.source().user()).isEqualTo("a");
    assertThat(settings.request()).isNull();
  }

  @Test
  void a_worker_tells_of_itself_on_this_host_unless_told_otherwise() throws IOException {
    assertThat(read(COMPLETE, SECRETS).http())
        .isEqualTo(
            new HttpSettings(Optional.of(new HttpSettings.Address("127.0.0.1", 9464)), false));
    assertThat(read(COMPLETE + "http: {address: '[::1]:80'}\n", SECRETS).http().address())
        .contains(new HttpSettings.Address("::1", 80));
    assertThat(read(COMPLETE + "http:\n  address: off\n", SECRETS).http().address()).isEmpty();
    assertThat(read(COMPLETE, with(Map.of("OVERWINTER_HTTP_ADDRESS", "0.0.0.0:9000"))).http())
        .isEqualTo(new HttpSettings(Optional.of(new HttpSettings.Address("0.0.0.0", 9000)), true));
    assertThat(read(COMPLETE, SECRETS).http()).isEqualTo(SettingsReader.readHttp(null, Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "9464",
    "localhost",
    "http://localhost:1",
    "localhost:port",
    "localhost:70000",
    "a b:1"
  })
  void what_is_no_address_is_refused(String address) {
    SettingsException problem =
        catchThrowableOfType(
            SettingsException.class,
            () -> SettingsReader.readHttp(null, Map.of("OVERWINTER_HTTP_ADDRESS", address)));
    assertThat(problem.problems()).singleElement().asString().contains("127.0.0.1:9464", "off");
  }

  @Test
  void the_log_is_text_in_a_file_unless_told_otherwise() throws IOException {
    assertThat(read(COMPLETE, SECRETS).log())
        .isEqualTo(new LogSettings("overwinter-data/logs/overwinter.log", LogSettings.Format.TEXT));
    assertThat(read(COMPLETE + "log: {file: off, format: json}\n", SECRETS).log())
        .isEqualTo(new LogSettings(LogSettings.OFF, LogSettings.Format.JSON));
    assertThat(
            read(
                    COMPLETE,
                    with(
                        Map.of(
                            "OVERWINTER_LOG_FORMAT", "json",
                            "OVERWINTER_LOG_FILE", "off")))
                .log())
        .isEqualTo(new LogSettings(LogSettings.OFF, LogSettings.Format.JSON));
  }

  @Test
  void a_secret_may_come_from_a_file() throws IOException {
    Path file = directory.resolve("password");
    Files.writeString(file, "from a file\n");
    Map<String, String> environment = new HashMap<>(SECRETS);
    environment.remove("OVERWINTER_SOURCE_PASSWORD");
    environment.put("OVERWINTER_SOURCE_PASSWORD_FILE", file.toString());

    assertThat(read(COMPLETE, environment).source().password()).isEqualTo("from a file");
  }

  @Test
  void nothing_given_names_everything_that_is_missing_and_where_to_put_it() {
    assertThat(problems("", Map.of()))
        .anySatisfy(problem -> assertNames(problem, "source.url", "OVERWINTER_SOURCE_URL"))
        .anySatisfy(problem -> assertNames(problem, "source.user", "OVERWINTER_SOURCE_USER"))
        .anySatisfy(problem -> assertNames(problem, "target.url", "OVERWINTER_TARGET_URL"))
        .anySatisfy(problem -> assertNames(problem, "target.user", "OVERWINTER_TARGET_USER"))
        .anySatisfy(problem -> assertNames(problem, "stackAuth.url", "OVERWINTER_STACK_URL"))
        .anySatisfy(
            problem -> assertNames(problem, "stackAuth.projectId", "OVERWINTER_STACK_PROJECT_ID"))
        .anySatisfy(
            problem ->
                assertNames(
                    problem, "OVERWINTER_SOURCE_PASSWORD", "OVERWINTER_SOURCE_PASSWORD_FILE"))
        .anySatisfy(problem -> assertNames(problem, "OVERWINTER_TARGET_PASSWORD", "set it"))
        .anySatisfy(problem -> assertNames(problem, "OVERWINTER_STACK_SECRET_KEY", "set it"))
        .hasSize(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "maxConnections: 8 | maxConnection: 8   | source.maxConnection  | did you mean maxConnections?",
        "target:           | tarket:            | tarket                | did you mean target?",
        "maxConnections: 8 | maxConnections: 0  | source.maxConnections | from 3 to 200",
        "maxConnections: 8 | maxConnections: x  | source.maxConnections | a whole number",
        "user: app         | user: ''           | target.user           | a text that is not empty",
        "/app              | /                  | target.url            | one database",
        "localhost/app     | a,b/app            | target.url            | one host",
        "localhost/app     | localhost/app?conect_timeout=3 | target.url | did you mean connectTimeout?",
        "jdbc:postgresql:  | mysql:             | target.url            | postgresql://host",
        "https://auth      | ftp://auth         | stackAuth.url         | https://auth.example.org",
      })
  void a_wrong_value_is_named_with_what_would_be_right(
      String right, String wrong, String path, String remedy) {
    assertThat(problems(COMPLETE.replace(right, wrong), SECRETS))
        .anySatisfy(problem -> assertNames(problem, path, remedy));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user: app      | password: hunter2                       | target.password      | OVERWINTER_TARGET_PASSWORD",
        "user: app      | PassWord: hunter2                       | target.PassWord      | OVERWINTER_TARGET_PASSWORD",
        "projectId: 6f1 | secret_key: hunter2                     | stackAuth.secret_key | OVERWINTER_STACK_SECRET_KEY",
        "projectId: 6f1 | projectId: ssk_hunter2                  | stackAuth.projectId  | OVERWINTER_STACK_SECRET_KEY",
        "//localhost    | //app:hunter2@localhost                 | target.url           | OVERWINTER_TARGET_PASSWORD",
        "localhost/app  | localhost/app?password=hunter2          | target.url           | OVERWINTER_TARGET_PASSWORD",
        "localhost/app  | localhost/app?a=b&sslpassword=hunter2   | target.url           | OVERWINTER_TARGET_PASSWORD",
        "[public]       | ['postgresql://u:hunter2@h/d']          | request.schemas[0]   | environment",
        "request:       | 'temporal: {apiKey: hunter2}\n\nrequest:' | temporal.apiKey    | TEMPORAL_API_KEY",
      })
  void a_secret_in_the_file_is_refused_and_never_shown(
      String right, String wrong, String path, String remedy) {
    String file = COMPLETE.replace(right, wrong.replace("\\n", "\n"));

    List<String> problems = problems(file, SECRETS);

    String expected = remedy.equals("environment") ? "OVERWINTER_SOURCE_PASSWORD" : remedy;
    assertThat(problems).anySatisfy(problem -> assertNames(problem, path, expected));
    assertThat(String.join("\n", problems)).doesNotContain("hunter2");
  }

  @Test
  void a_secret_in_an_address_variable_is_refused_and_never_shown() {
    List<String> problems =
        problems(COMPLETE, with(Map.of("OVERWINTER_SOURCE_URL", "postgresql://u:hunter2@host/db")));

    assertThat(problems)
        .singleElement()
        .asString()
        .contains("OVERWINTER_SOURCE_URL", "take it out")
        .doesNotContain("hunter2");
  }

  @Test
  void a_misspelt_variable_is_named_with_the_nearest_known_one() {
    assertThat(problems(COMPLETE, with(Map.of("OVERWINTER_SORCE_URL", "x"))))
        .containsExactly(
            "the variable OVERWINTER_SORCE_URL is not known: did you mean OVERWINTER_SOURCE_URL?");
  }

  @Test
  void a_secret_given_twice_or_in_a_missing_file_is_refused() {
    assertThat(problems(COMPLETE, with(Map.of("OVERWINTER_SOURCE_PASSWORD_FILE", "/nowhere/x"))))
        .singleElement()
        .asString()
        .contains("both set", "unset one");

    Map<String, String> environment = new HashMap<>(SECRETS);
    environment.remove("OVERWINTER_TARGET_PASSWORD");
    environment.put("OVERWINTER_TARGET_PASSWORD_FILE", "/nowhere/x");
    assertThat(problems(COMPLETE, environment))
        .singleElement()
        .asString()
        .contains("OVERWINTER_TARGET_PASSWORD_FILE", "/nowhere/x", "cannot be read");
  }

  @Test
  void a_key_with_a_line_break_inside_is_refused_and_never_shown() {
    assertThat(problems(COMPLETE, with(Map.of("OVERWINTER_STACK_SECRET_KEY", "hunter2\nx"))))
        .singleElement()
        .asString()
        .contains("OVERWINTER_STACK_SECRET_KEY", "copy the key again")
        .doesNotContain("hunter2");
  }

  @Test
  void yaml_that_does_not_parse_is_told_by_its_line_without_quoting_it() {
    assertThat(problems("source:\n  url: {hunter2\n  x", SECRETS))
        .singleElement()
        .asString()
        .contains("line", "indentation")
        .doesNotContain("hunter2");
  }

  @Test
  void a_repeated_key_is_refused() {
    assertThat(problems(COMPLETE + "source:\n  user: other\n", SECRETS))
        .singleElement()
        .asString()
        .contains("repeated keys");
  }

  @Test
  void a_file_that_is_not_there_is_named() {
    SettingsException refusal =
        catchThrowableOfType(
            SettingsException.class,
            () -> SettingsReader.read(directory.resolve("missing.yaml"), SECRETS));

    assertThat(refusal).hasMessageContaining("missing.yaml").hasMessageContaining("--config");
  }

  private static void assertNames(String problem, String path, String remedy) {
    assertThat(problem).contains(path).contains(remedy);
  }

  private WorkerSettings read(String yaml, Map<String, String> environment) throws IOException {
    Path file = directory.resolve("overwinter.yaml");
    Files.writeString(file, yaml);
    return SettingsReader.read(file, environment);
  }

  private List<String> problems(String yaml, Map<String, String> environment) {
    return catchThrowableOfType(SettingsException.class, () -> read(yaml, environment)).problems();
  }

  private static Map<String, String> with(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(SECRETS);
    environment.putAll(more);
    return environment;
  }
}
