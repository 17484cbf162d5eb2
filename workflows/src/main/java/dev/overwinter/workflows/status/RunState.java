package dev.overwinter.workflows.status;

/** The state of a run as a whole. */
public enum RunState {
  /** At work. */
  RUNNING,
  /** Will stop before the next step, as asked. */
  PAUSED,
  /** A step failed; waits for the operator. */
  PARKED,
  /** Verified; waits for somebody's approval. */
  WAITING_FOR_APPROVAL,
  /** Going back. */
  ROLLING_BACK,
  /** The target is live, the source stays frozen. */
  LIVE,
  /** The source is writable as before, the target as it was found. */
  ROLLED_BACK,
  /** Ended before anything was touched. */
  REFUSED
}
