package dev.overwinter.workflows.status;

/** The state of a run that carries tables left for later. */
public enum LaterState {
  /** At work. */
  RUNNING,
  /** A step failed; waits for the operator. */
  PARKED,
  /** Going back. */
  ROLLING_BACK,
  /** Every row of the tables is in the target. */
  CARRIED,
  /** What it had loaded was removed. */
  ROLLED_BACK,
  /** Ended before anything was touched. */
  REFUSED
}
