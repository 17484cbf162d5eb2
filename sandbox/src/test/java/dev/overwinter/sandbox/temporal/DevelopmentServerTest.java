package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.sandbox.real.OnRealTemporal;
import dev.overwinter.worker.temporal.DevelopmentServer;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.ServerProbe;
import dev.overwinter.worker.temporal.TemporalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How Temporal's tool is found, started and found again; a script stands in for the tool. */
@Timeout(120)
class DevelopmentServerTest {
  @TempDir Path directory;

  @Test
  void the_tool_is_started_with_its_database_in_a_file_and_used_again_by_a_second_process()
      throws IOException {
    DevelopmentServer server = new DevelopmentServer(Map.of("PATH", toolDirectory().toString()));
    assertThat(server.isAvailable()).isTrue();

    String address;
    try (LocalTemporal.Service first = server.start(directory.resolve("data"));
        LocalTemporal.Service second = server.start(directory.resolve("data"))) {
      address = first.address();
      assertThat(second.address()).isEqualTo(address);
      assertThat(second.webAddress()).isEqualTo(first.webAddress()).startsWith("http://127.0.0.1:");
    }

    assertThat(ServerProbe.answers(address)).isFalse();
    assertThat(Files.readString(directory.resolve("arguments")))
        .startsWith("server start-dev --ip 127.0.0.1 --port ")
        .contains("--db-filename " + directory.resolve("data").resolve("temporal.db"))
        .contains("--search-attribute MigrationState=Keyword")
        .contains("--search-attribute MigrationStep=Keyword")
        .contains("--search-attribute MigrationNeedsOperator=Bool");
  }

  @Test
  void the_tool_that_was_got_last_is_found_where_none_is_on_the_path() throws IOException {
    Path kept = Files.createDirectories(directory.resolve("cache/overwinter/temporal-cli"));
    for (String version : List.of("1.9.0", "1.10.0", "new.half", "broken")) {
      Files.createDirectories(kept.resolve(version));
    }
    writeScript(kept.resolve("1.9.0/temporal"), "exit 0");
    writeScript(kept.resolve("1.10.0/temporal"), "exit 0");
    writeScript(kept.resolve("new.half/temporal"), "exit 0");
    Files.setLastModifiedTime(kept.resolve("1.9.0/temporal"), FileTime.fromMillis(1_000));
    Path last = kept.resolve("1.10.0/temporal").toAbsolutePath();

    assertThat(TemporalTool.find(Map.of("XDG_CACHE_HOME", directory.resolve("cache").toString())))
        .hasValue(last);
    Files.createDirectories(directory.resolve("home"));
    Files.move(directory.resolve("cache"), directory.resolve("home/.cache"));
    assertThat(TemporalTool.find(Map.of("HOME", directory.resolve("home").toString())))
        .hasValueSatisfying(tool -> assertThat(tool).hasFileName("temporal").exists());
    assertThat(TemporalTool.find(Map.of("HOME", directory.resolve("nobody").toString()))).isEmpty();
  }

  @Test
  void without_the_tool_it_is_not_available() {
    assertThat(new DevelopmentServer(Map.of("PATH", directory.toString())).isAvailable()).isFalse();
  }

  @Test
  void a_wrong_path_to_the_tool_is_an_error_and_not_silently_passed_over() {
    DevelopmentServer server =
        new DevelopmentServer(Map.of("TEMPORAL_CLI", directory.resolve("nothing").toString()));

    assertThat(server.isAvailable()).isTrue();
    assertThatThrownBy(() -> server.start(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("TEMPORAL_CLI");
  }

  @Test
  void a_tool_that_ends_at_once_is_told_with_the_place_of_its_log() throws IOException {
    Path tool = directory.resolve("temporal");
    writeScript(tool, "echo out of disk; exit 7");

    assertThatThrownBy(
            () -> new DevelopmentServer(Map.of("TEMPORAL_CLI", tool.toString())).start(directory))
        .hasMessageContaining("exit code 7")
        .hasMessageContaining("temporal-server.log");
    assertThat(directory.resolve("temporal-server.log")).content().contains("out of disk");
  }

  // Not in a class of its own: both would want the usual port at the same time.
  @OnRealTemporal
  @Test
  void ended_runs_are_kept_for_thirty_days_and_can_be_searched_by_what_they_wait_for()
      throws Exception {
    try (LocalTemporal.Service service = new DevelopmentServer(System.getenv()).start(directory)) {
      assertThat(ask(service, "operator", "namespace", "describe", "default"))
          .containsPattern("RetentionTtl\\s+720h0m0s");
      assertThat(ask(service, "operator", "search-attribute", "list"))
          .containsPattern("MigrationState\\s+Keyword")
          .containsPattern("MigrationStep\\s+Keyword")
          .containsPattern("MigrationNeedsOperator\\s+Bool");
    }
  }

  private static String ask(LocalTemporal.Service service, String... words) throws Exception {
    ProcessBuilder tool =
        new ProcessBuilder(TemporalTool.find(System.getenv()).orElseThrow().toString());
    tool.command().addAll(List.of(words));
    tool.environment().put("TEMPORAL_ADDRESS", service.address());
    Process asked = tool.redirectErrorStream(true).start();
    String answer = new String(asked.getInputStream().readAllBytes());
    assertThat(asked.waitFor()).as(answer).isZero();
    return answer;
  }

  private Path toolDirectory() throws IOException {
    Path tools = Files.createDirectories(directory.resolve("bin"));
    // As the tool, it takes its port from the sixth argument.
    writeScript(
        tools.resolve("temporal"),
        """
        echo "$@" > '%s'
        exec '%s' -cp '%s' io.temporal.testserver.TestServer "$6"
        """
            .formatted(
                directory.resolve("arguments"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path")));
    return tools;
  }

  private static void writeScript(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
