package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;

/**
 * Keeps the lease alive while the guard is being raised, which may take longer than it lasts. Until
 * the fence stands the lease is a short one, and whether the attempt is still wanted is made sure
 * of before each renewal: a guard that is raised by an attempt which was given up long ago, and
 * which nobody will lift, frees the source soon.
 */
final class RaisingLease {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** A third of the longest lease that {@link SourceGuard} gives until the fence stands. */
  private static final Duration LONGEST_WHILE_RAISING = Duration.ofSeconds(20);

  private final Database source;
  private final StepInput input;
  private final StepContext context;
  private final Duration interval;
  private long renewed;

  RaisingLease(Database source, StepInput input, StepContext context) {
    this.source = source;
    this.input = input;
    this.context = context;
    Duration holding = interval(input);
    this.interval = holding.compareTo(LONGEST_WHILE_RAISING) < 0 ? holding : LONGEST_WHILE_RAISING;
    this.renewed = System.nanoTime() - interval.toNanos();
  }

  /** How long after a renewal the next is due. */
  static Duration interval(StepInput input) {
    Duration third = Duration.ofSeconds(input.request().freeze().leaseSeconds()).dividedBy(3);
    return third.compareTo(LONGEST) < 0 ? third : LONGEST;
  }

  void renewWhenDue() {
    long now = System.nanoTime();
    if (now - renewed >= interval.toNanos()) {
      context.confirm();
      SourceGuard.renew(source, input.run(), true);
      renewed = now;
    }
  }
}
