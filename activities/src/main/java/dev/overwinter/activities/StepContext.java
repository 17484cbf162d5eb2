package dev.overwinter.activities;

import dev.overwinter.workflows.steps.Progress;
import java.time.Duration;

/**
 * What a step may tell and ask while it works. A boundary: Temporal's heartbeat in the worker, a
 * recorder in tests.
 */
public interface StepContext {
  /**
   * Tells how far the step is and proves that it is alive. Cheap; may be called from any thread and
   * as often as one likes.
   *
   * @throws RuntimeException when the step was cancelled or its attempt is over; let it through
   */
  void progress(Progress progress);

  /**
   * Marks a place where the step may well end: what it has done is recorded, what comes next is not
   * begun. To be called before each piece of work that would be lost when it is cut off.
   *
   * @throws RuntimeException when the process is to stop; let it through
   */
  default void border() {}

  /**
   * Makes sure that the attempt is still wanted: asks whoever ordered it and waits for the answer,
   * seconds at most. To be called right before an effect that would stay behind if nobody wanted it
   * any more: an attempt that stood still for minutes does not know yet that it was given up.
   *
   * @throws RuntimeException when the step was cancelled or its attempt is over; let it through
   * @throws StepException TEMPORAL_UNAVAILABLE when nobody answered
   */
  default void confirm() {}

  /**
   * Runs an action when the step is cancelled, such as cancelling a statement that blocks the
   * step's thread.
   *
   * @return closes the registration
   */
  AutoCloseable onCancel(Runnable action);

  /**
   * Counts work at the moment it is done, for the worker's metrics. Cheap enough for every row; may
   * be called from any thread.
   */
  default void count(Measure measure, long amount) {}

  /**
   * The source's lease was renewed just now.
   *
   * @param length how long it lasts from now on
   */
  default void leaseRenewed(Duration length) {}
}
