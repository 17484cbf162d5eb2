package dev.overwinter.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OverwinterTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter errors = new StringWriter();

  @Test
  void help_names_the_commands_examples_and_exit_codes() {
    assertThat(execute("--help")).isZero();

    assertThat(out.toString())
        .contains("plan", "run", "worker", "overwinter run --config overwinter.yaml", "Exit codes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "run", "worker", "health", "unfreeze", "import"})
  void every_command_has_help_with_an_example(String command) {
    assertThat(execute(command, "--help")).isZero();

    assertThat(out.toString()).contains("--config", "Example", "overwinter " + command);
  }

  @Test
  void no_command_and_an_unknown_option_are_usage_errors() {
    assertThat(execute()).isEqualTo(2);
    assertThat(errors.toString()).contains("Name a command.");
    assertThat(execute("run", "--confg", "x")).isEqualTo(2);
    assertThat(errors.toString()).contains("--confg");
  }

  @Test
  void the_version_is_told() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).startsWith("overwinter ");
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Overwinter.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(errors, true));
    return commandLine.execute(arguments);
  }
}
