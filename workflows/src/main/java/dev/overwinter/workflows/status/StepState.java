package dev.overwinter.workflows.status;

/** How far a step is. */
public enum StepState {
  /** Not begun. */
  PENDING,
  /** At work. */
  RUNNING,
  /** Stopped by a failure; waits for the operator. */
  PARKED,
  /** Done. */
  DONE,
  /** Given up for a rollback. */
  ABANDONED
}
