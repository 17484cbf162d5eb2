package dev.overwinter.sandbox.kill;

import dev.overwinter.worker.command.ImportCommand;
import java.util.Map;
import picocli.CommandLine;

/** {@code overwinter import}, of which somebody looks on from without. */
final class ImportDeed {
  private ImportDeed() {}

  /** What the command finds in its environment. */
  static Map<String, String> environment(String jdbcUrl, String user, String password, String log) {
    return Map.of(
        "OVERWINTER_TARGET_URL", jdbcUrl,
        "OVERWINTER_TARGET_USER", user,
        "OVERWINTER_TARGET_PASSWORD", password,
        "OVERWINTER_LOG_FILE", log);
  }

  /**
   * @param arguments those of the command
   */
  public static void main(String[] arguments) {
    Victim.tell("import");
    int exitCode = new CommandLine(new ImportCommand()).execute(arguments);
    if (exitCode == 0) {
      Victim.tellIsOver();
    }
    System.exit(exitCode);
  }
}
