package dev.overwinter.sandbox.temporal;

import io.temporal.testserver.TestServer;
import java.io.IOException;

/** The process of {@link EmbeddedTemporal}. */
final class TestServerProcess {
  private TestServerProcess() {}

  /**
   * Serves on the port named by the only argument until the standard input ends, which happens when
   * the process that holds its other end is gone, however it died.
   */
  public static void main(String[] arguments) throws IOException {
    boolean realTime = true;
    TestServer.createPortBoundServer(Integer.parseInt(arguments[0]), realTime);
    while (System.in.read() >= 0) {
      // Nobody says anything; only the end counts.
    }
    System.exit(0);
  }
}
