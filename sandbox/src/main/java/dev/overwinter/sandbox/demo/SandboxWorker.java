package dev.overwinter.sandbox.demo;

import dev.overwinter.worker.Overwinter;
import java.io.IOException;

/** {@code overwinter worker}, except that it ends when the process that started it does. */
final class SandboxWorker {
  private SandboxWorker() {}

  /** Takes everything from the environment. */
  public static void main(String[] arguments) {
    Thread watch = new Thread(SandboxWorker::endWithParent, "parent watch");
    watch.setDaemon(true);
    watch.start();
    Overwinter.main(new String[] {"worker"});
  }

  /** The parent holds the other end of standard input for as long as it lives. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (IOException e) {
      // As good as the end.
    }
    System.exit(0);
  }
}
