package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.worker.temporal.DevelopmentServer;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.ServerProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
        .contains("--db-filename " + directory.resolve("data").resolve("temporal.db"));
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
