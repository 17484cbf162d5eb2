package dev.overwinter.worker.command;

import dev.overwinter.worker.settings.LogSettings;

/**
 * What the logging configuration reads; to be set before the first logger is made. Environment
 * variables of the same names mean the same.
 */
final class Logging {
  private static final String CONSOLE_LEVEL_PROPERTY = "OVERWINTER_CONSOLE_LEVEL";
  private static final String FILE_PROPERTY = "OVERWINTER_LOG_FILE";
  private static final String FORMAT_PROPERTY = "OVERWINTER_LOG_FORMAT";

  private Logging() {}

  /** For commands that tell what happens by themselves. */
  static void keepConsoleForWarnings() {
    System.setProperty(CONSOLE_LEVEL_PROPERTY, "WARN");
  }

  /** Logs where and how the settings say. */
  static void apply(LogSettings settings) {
    System.setProperty(FILE_PROPERTY, settings.file());
    System.setProperty(FORMAT_PROPERTY, settings.format().jsonName());
    ForeignLogs.redirect();
  }
}
