package dev.overwinter.activities;

import dev.overwinter.workflows.steps.Progress;

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
   * Runs an action when the step is cancelled, such as cancelling a statement that blocks the
   * step's thread.
   *
   * @return closes the registration
   */
  AutoCloseable onCancel(Runnable action);
}
