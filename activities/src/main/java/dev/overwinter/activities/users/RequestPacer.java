package dev.overwinter.activities.users;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many requests may be in flight, and when the next one may start. Halves the number when the
 * service throttles and raises it slowly while it does not. Thread-safe.
 */
final class RequestPacer {
  /** Requests that were in flight together are throttled together; that is one reason to halve. */
  private static final long HALVE_AT_MOST_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final int most;
  private final StackAuthPace pace;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private int allowed;
  private int inFlight;
  private int answersInARow;
  private Duration backOff;
  private long pausedUntil;
  private long lastHalved;
  private long lastAnswer;

  RequestPacer(int most, StackAuthPace pace) {
    this.most = most;
    this.pace = pace;
    allowed = most;
    backOff = pace.firstBackOff();
    long now = System.nanoTime();
    pausedUntil = now;
    lastHalved = now - HALVE_AT_MOST_EVERY_NANOS;
    lastAnswer = now;
  }

  /** Waits for a turn; each turn ends with {@link #release}. */
  void acquire() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        long pause = pausedUntil - System.nanoTime();
        if (pause > 0) {
          changed.await(pause, TimeUnit.NANOSECONDS);
        } else if (inFlight >= allowed) {
          changed.await();
        } else {
          inFlight++;
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void release() {
    lock.lock();
    try {
      inFlight--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The service has answered, whatever it said. */
  void answered() {
    lock.lock();
    try {
      lastAnswer = System.nanoTime();
      backOff = pace.firstBackOff();
      answersInARow++;
      if (allowed < most && answersInARow >= 4 * allowed) {
        allowed++;
        answersInARow = 0;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param retryAfter the pause that the service asks for, or null
   * @throws StepException when nothing but this has been answered for too long
   */
  void throttled(Duration retryAfter) {
    lock.lock();
    try {
      long now = System.nanoTime();
      if (now - lastAnswer > pace.patience().toNanos()) {
        throw new StepException(
            FailureType.IDENTITY_UNAVAILABLE,
            "Stack Auth has answered nothing but 429 for %s. It will be tried again; raise its rate"
                    .formatted(pace.patience())
                + " limit for the address of the worker.",
            pace.longestBackOff());
      }
      answersInARow = 0;
      if (now - lastHalved >= HALVE_AT_MOST_EVERY_NANOS) {
        lastHalved = now;
        allowed = Math.max(1, allowed / 2);
      }
      pausedUntil = Math.max(pausedUntil, now + pause(retryAfter).toNanos());
    } finally {
      lock.unlock();
    }
  }

  int allowed() {
    lock.lock();
    try {
      return allowed;
    } finally {
      lock.unlock();
    }
  }

  private Duration pause(Duration retryAfter) {
    Duration wanted = retryAfter;
    if (wanted == null) {
      // Half fixed, half by chance, so that workers do not come back in step.
      long millis = backOff.toMillis();
      wanted = Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
      backOff = shorter(backOff.multipliedBy(2), pace.longestBackOff());
    }
    return shorter(wanted, pace.longestBackOff());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
