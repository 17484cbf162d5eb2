package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the lease until cancelled. Only the source says that a lease has run out: while it cannot
 * be reached the holder keeps trying for as long as the lease may last, then fails so that the next
 * attempt asks again. Before each renewal it makes sure that the run still wants it, so that a run
 * that was terminated, or that Temporal has lost, never gets another one.
 */
final class LeaseHolder {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseHolder.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /** A lease is lost by seconds, so a failed renewal is tried again at once, or nearly. */
  private static final Duration SOON = Duration.ofMillis(200);

  private final Database source;
  private final StepInput input;
  private final StepContext context;
  private final Duration interval;
  private final Duration lease;
  private long renewals;

  LeaseHolder(Database source, StepInput input, StepContext context) {
    this.source = source;
    this.input = input;
    this.context = context;
    this.interval = RaisingLease.interval(input);
    this.lease = Duration.ofSeconds(input.request().freeze().leaseSeconds());
  }

  /** Returns when the guard is permanent. */
  void hold() {
    long held = System.nanoTime();
    while (true) {
      long asked = System.nanoTime();
      try {
        context.confirm();
        if (SourceGuard.renew(source, input.run(), false) == SourceGuard.Lease.PERMANENT) {
          return;
        }
        held = asked;
        renewals++;
        context.leaseRenewed(lease.minusNanos(System.nanoTime() - asked));
        countWhenSettled();
        rest(interval);
      } catch (StepException e) {
        if (e.type().isPermanent() || asked - held > lease.toNanos()) {
          throw e;
        }
        LOG.warn("lease not renewed, trying again: {}", e.getMessage());
        rest(SOON);
      }
    }
  }

  /** Failing at it must not cost the lease: the next renewal tries again. */
  private void countWhenSettled() {
    try {
      GuardTransaction.run(
          source,
          "second witness of the freeze",
          GuardTransaction.OWN_LOCKS,
          connection -> {
            SourceFence.count(connection, input.request().schemas());
            return null;
          });
    } catch (StepException e) {
      LOG.warn("statistics not taken as a witness yet: {}", e.getMessage());
    }
  }

  private void rest(Duration duration) {
    long until = System.nanoTime() + duration.toNanos();
    do {
      context.border();
      context.progress(new Progress(renewals, 0, "renewals", "holding the freeze"));
      long left = until - System.nanoTime();
      BackOff.sleep(Duration.ofNanos(Math.max(0, Math.min(left, HEARTBEAT.toNanos()))));
    } while (until - System.nanoTime() > 0);
  }
}
