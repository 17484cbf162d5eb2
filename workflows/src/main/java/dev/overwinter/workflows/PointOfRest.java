package dev.overwinter.workflows;

import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.function.Supplier;

/**
 * Where the way forward waits and nothing but the lease is at work, so that the run may continue as
 * new without cutting anything off. Once held, the way forward stays where it is.
 */
final class PointOfRest {
  private final Shape shape;
  private final CancellationScope wholeRun;
  private boolean resting;
  private boolean held;

  /**
   * @param wholeRun the scope that is cancelled when somebody cancels the workflow
   */
  PointOfRest(Shape shape, CancellationScope wholeRun) {
    this.shape = shape;
    this.wholeRun = wholeRun;
  }

  /** Waits here until something has happened. */
  void until(Supplier<Boolean> happened) {
    during(() -> Workflow.await(() -> mayEnd() && happened.get()));
  }

  /** Rests during a wait, which must not end while {@link #mayEnd} is false. */
  void during(Runnable wait) {
    resting = true;
    wait.run();
    resting = false;
  }

  /** Rests only if the run is to continue as new before it goes on. */
  void pass() {
    if (isWanted()) {
      until(() -> !isWanted());
    }
  }

  boolean mayEnd() {
    return !held;
  }

  /** Whether the run should continue as new and may. */
  boolean isWanted() {
    return shape.continuesAsNew()
        // An execution that was cancelled is closed as cancelled, whatever it asks for instead.
        && !wholeRun.isCancelRequested()
        && Workflow.getInfo().isContinueAsNewSuggested();
  }

  /** Whether the way forward rests and the run should continue as new. */
  boolean isDue() {
    return resting && isWanted();
  }

  /** Keeps the way forward where it is. */
  void hold() {
    held = true;
  }

  /** Lets it go on. */
  void letGo() {
    held = false;
  }
}
