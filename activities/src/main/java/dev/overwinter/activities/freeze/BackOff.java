package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between tries, longer each time up to a second, with jitter, until a deadline. */
final class BackOff {
  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 1_000;

  private final long deadline;
  private long millis = FIRST_MILLIS;

  BackOff(Duration limit) {
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  boolean isOver() {
    return System.nanoTime() - deadline >= 0;
  }

  void pause() {
    long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
    long jittered = ThreadLocalRandom.current().nextLong(millis / 2, millis * 3 / 2);
    sleep(Duration.ofMillis(Math.min(jittered, left)));
    millis = Math.min(millis * 2, LONGEST_MILLIS);
  }

  static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepException(
          FailureType.INTERNAL, "The worker is stopping. The step goes on with the next attempt.");
    }
  }
}
