package dev.overwinter.worker.command;

/** What the logging configuration reads; to be set before the first logger is made. */
final class Logging {
  private static final String CONSOLE_LEVEL_PROPERTY = "OVERWINTER_CONSOLE_LEVEL";

  private Logging() {}

  /** For commands that tell what happens by themselves. */
  static void keepConsoleForWarnings() {
    System.setProperty(CONSOLE_LEVEL_PROPERTY, "WARN");
  }
}
