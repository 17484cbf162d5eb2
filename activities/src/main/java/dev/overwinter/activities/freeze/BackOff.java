package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between tries, longer each time up to a bound, with jitter, until a deadline. */
final class BackOff {
  private static final Duration FIRST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private long deadline;
  private long millis;
  private long longestMillis;

  BackOff(Duration limit) {
    this.deadline = System.nanoTime() + limit.toNanos();
    pace(FIRST, LONGEST);
  }

  /** How long the next pause lasts, and the longest of those after it. */
  void pace(Duration first, Duration longest) {
    millis = first.toMillis();
    longestMillis = longest.toMillis();
  }

  /** Puts the deadline off by time in which nobody was waited for. */
  void putOff(Duration worked) {
    deadline += worked.toNanos();
  }

  boolean isOver() {
    return System.nanoTime() - deadline >= 0;
  }

  void pause() {
    long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
    long jittered = ThreadLocalRandom.current().nextLong(millis / 2, millis * 3 / 2);
    sleep(Duration.ofMillis(Math.min(jittered, left)));
    millis = Math.min(millis * 2, longestMillis);
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
