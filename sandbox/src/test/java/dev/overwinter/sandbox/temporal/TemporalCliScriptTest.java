package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How {@code tools/temporal-cli} gets Temporal's tool; scripts stand in for curl and Go. */
@Timeout(60)
class TemporalCliScriptTest {
  private static final Path SCRIPT = Path.of("../tools/temporal-cli").toAbsolutePath().normalize();
  private static final String NO_NETWORK = "echo 'could not resolve host' >&2; exit 6";
  private static final String BUILDS =
      """
      case $1 in
        env) echo go1.26.1 ;;
        install) echo "$@" >>"$HOME/builds"; cp "$HOME/tool" "$GOBIN/temporal" ;;
      esac
      """;

  @TempDir Path home;
  private Path bin;

  @BeforeEach
  void a_machine_without_the_tool() throws IOException {
    bin = Files.createDirectories(home.resolve("bin"));
    // A path of its own, so that a tool installed on this machine is not found.
    for (String name : "cp mv rm tar gzip sed sort find uname mkdir mktemp dirname".split(" ")) {
      Path program =
          Stream.of("/bin", "/usr/bin")
              .map(directory -> Path.of(directory, name))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      write(bin.resolve(name), "exec %s \"$@\"".formatted(program));
    }
    write(home.resolve("tool"), "echo temporal version 9.9");
  }

  @Test
  void the_tool_that_the_variable_names_is_used_and_a_wrong_one_is_an_error() throws Exception {
    Called right = call(Map.of("TEMPORAL_CLI", home.resolve("tool").toString()));
    Called wrong = call(Map.of("TEMPORAL_CLI", home.resolve("nothing").toString()));

    assertThat(right).isEqualTo(new Called(0, home.resolve("tool") + "\n", ""));
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.errors()).contains("TEMPORAL_CLI names").contains("does not run");
  }

  @Test
  void a_tool_on_the_path_is_used() throws Exception {
    write(bin.resolve("temporal"), "echo temporal version 9.9");

    assertThat(call(Map.of())).isEqualTo(new Called(0, bin.resolve("temporal") + "\n", ""));
  }

  @Test
  void the_official_download_is_kept_and_used_again() throws Exception {
    write(
        bin.resolve("curl"),
        """
        echo "$@" >>"$HOME/downloads"
        while [ "$1" != -o ]; do shift; done
        cp "$HOME/tool" "$HOME/temporal"
        tar -czf "$2" -C "$HOME" temporal
        """);

    Called first = call(Map.of());
    Called second = call(Map.of("XDG_CACHE_HOME", home.resolve(".cache").toString()));

    assertThat(first.exitCode()).as(first.errors()).isZero();
    assertThat(Path.of(first.out().strip()))
        .startsWith(home.resolve(".cache/overwinter/temporal-cli"))
        .isExecutable();
    assertThat(second).isEqualTo(new Called(0, first.out(), ""));
    assertThat(Files.readAllLines(home.resolve("downloads")))
        .singleElement()
        .asString()
        .contains("https://temporal.download/cli/archive/v");
    assertNothingHalfIsLeft();
  }

  @Test
  void without_the_download_it_is_built_and_two_calls_at_once_do_not_disturb_each_other()
      throws Exception {
    write(bin.resolve("curl"), NO_NETWORK);
    write(bin.resolve("go"), BUILDS);

    Process one = start(Map.of());
    Process other = start(Map.of());
    Called first = Called.of(one);
    Called second = Called.of(other);

    assertThat(first.exitCode()).as(first.errors()).isZero();
    assertThat(second.exitCode()).as(second.errors()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(Path.of(first.out().strip())).isExecutable();
    assertThat(call(Map.of())).isEqualTo(new Called(0, first.out(), ""));
    assertThat(Files.readAllLines(home.resolve("builds")))
        .allSatisfy(line -> assertThat(line).contains("github.com/temporalio/cli/cmd/temporal@v"));
    assertNothingHalfIsLeft();
  }

  @Test
  void a_download_that_is_no_tool_is_thrown_away_and_the_tool_is_built() throws Exception {
    write(
        bin.resolve("curl"),
        "while [ \"$1\" != -o ]; do shift; done; echo '<html>sign in</html>' >\"$2\"");
    write(bin.resolve("go"), BUILDS);

    Called called = call(Map.of());

    assertThat(called.exitCode()).as(called.errors()).isZero();
    assertThat(called.errors()).contains("what came is no archive");
    assertNothingHalfIsLeft();
  }

  @Test
  void where_it_cannot_be_had_at_all_the_way_out_is_named() throws Exception {
    write(bin.resolve("curl"), NO_NETWORK);
    write(bin.resolve("go"), "echo go1.22.4");

    Called called = call(Map.of());

    assertThat(called.exitCode()).isEqualTo(1);
    assertThat(called.out()).isEmpty();
    assertThat(called.errors())
        .contains("could not resolve host")
        .contains("newer is needed to build it, this is 1.22.4")
        .contains("set TEMPORAL_CLI to its path");
    assertNothingHalfIsLeft();
  }

  private void assertNothingHalfIsLeft() throws IOException {
    try (Stream<Path> kept = Files.list(home.resolve(".cache/overwinter/temporal-cli"))) {
      assertThat(kept).noneMatch(path -> path.getFileName().toString().startsWith("new."));
    }
  }

  private Called call(Map<String, String> variables) throws Exception {
    return Called.of(start(variables));
  }

  private Process start(Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(List.of(SCRIPT.toString()));
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", bin.toString(), "HOME", home.toString()));
    builder.environment().putAll(variables);
    return builder.start();
  }

  private static void write(Path script, String body) throws IOException {
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Called(int exitCode, String out, String errors) {
    static Called of(Process process) throws Exception {
      String out = new String(process.getInputStream().readAllBytes());
      String errors = new String(process.getErrorStream().readAllBytes());
      return new Called(process.waitFor(), out, errors);
    }
  }
}
