package dev.overwinter.workflows;

import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Waits for something with a deadline that may move. */
final class Deadline {
  private Deadline() {}

  /**
   * Waits until something has happened. When the deadline passes before, acts once and goes on
   * waiting.
   *
   * @param what what the deadline means; the label of its timer
   * @param deadline asked again whenever it may have moved
   */
  static void await(
      String what, Supplier<Instant> deadline, Supplier<Boolean> happened, Runnable whenPassed) {
    Instant until = deadline.get();
    while (!happensBefore(until, what, happened)) {
      Instant moved = deadline.get();
      if (!moved.isAfter(until)) {
        whenPassed.run();
        Workflow.await(happened::get);
        return;
      }
      until = moved;
    }
  }

  /**
   * @return whether it happened in time
   */
  private static boolean happensBefore(Instant until, String what, Supplier<Boolean> happened) {
    Duration left = Duration.between(RunRecord.now(), until);
    if (left.isNegative() || left.isZero()) {
      return happened.get();
    }
    TimerOptions label = TimerOptions.newBuilder().setSummary(what).build();
    CompletablePromise<Void> timer = Workflow.newPromise();
    CancellationScope scope =
        Workflow.newCancellationScope(() -> timer.completeFrom(Workflow.newTimer(left, label)));
    scope.run();
    // No finally: it would also run when the execution ends here, at no certain moment, and ask for
    // something that a replay then does not. A cancellation reaches the inner scope by itself.
    Workflow.await(() -> happened.get() || timer.isCompleted());
    scope.cancel("no longer needed");
    return happened.get();
  }
}
