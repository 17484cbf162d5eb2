package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;

/** Keeps the lease alive while the guard is being raised, which may take longer than it lasts. */
final class RaisingLease {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Database source;
  private final StepInput input;
  private final Duration interval;
  private long renewed;

  RaisingLease(Database source, StepInput input) {
    this.source = source;
    this.input = input;
    this.interval = interval(input);
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
      SourceGuard.renew(source, input.run(), true);
      renewed = now;
    }
  }
}
