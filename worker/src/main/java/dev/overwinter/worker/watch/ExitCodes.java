package dev.overwinter.worker.watch;

/** What the process says to its caller. */
public final class ExitCodes {
  /** Done; for a run: the target is live. */
  public static final int DONE = 0;

  /** The run failed, was rolled back, or verification found a difference. */
  public static final int FAILED = 1;

  /** The command line, the settings or the request are wrong, or Temporal cannot be reached. */
  public static final int USAGE = 2;

  /** Preflight found a blocker, or something could not be checked. */
  public static final int BLOCKED = 3;

  private ExitCodes() {}
}
