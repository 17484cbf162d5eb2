package dev.overwinter.worker.command;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Brings what libraries log through java.util.logging to where everything else is logged. */
final class ForeignLogs {
  private ForeignLogs() {}

  /** Makes the first logger; what the logging configuration reads must be set before. */
  static void redirect() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
