package dev.overwinter.worker.temporal;

import java.util.ArrayList;
import java.util.List;

/** Child processes that outlive the interrupt which a terminal sends to the whole process group. */
public final class Detached {
  private Detached() {}

  /**
   * A command that ignores SIGINT, so that this process, which gets it too, can still speak to the
   * child while it stops in order.
   */
  public static List<String> fromInterrupts(List<String> command) {
    List<String> shell =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    shell.addAll(command);
    return shell;
  }
}
