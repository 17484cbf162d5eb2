package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LiftReport;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises, proves, holds and lifts the guards of both databases. Every method may run twice,
 * concurrently or half. Thread-safe.
 */
public final class FreezeStep {
  private static final Logger LOG = LoggerFactory.getLogger(FreezeStep.class);

  private final Database source;
  private final Database target;
  private final TargetPreparation preparation;

  /** For a target that has all its tables. */
  public FreezeStep(Database source, Database target) {
    this(source, target, (input, context) -> {});
  }

  /**
   * @param source needs a connection free at any time, or the lease cannot be renewed: give it a
   *     pool that the copying does not share
   * @param target the target
   * @param preparation creates what the guard is to cover and is not there yet
   */
  public FreezeStep(Database source, Database target, TargetPreparation preparation) {
    this.source = source;
    this.target = target;
    this.preparation = preparation;
  }

  /**
   * See {@code FreezeActivities.guardTarget}. An attempt that comes late, after the target was
   * cleaned up, finds out before it enters the run into the ledger again.
   */
  public void guardTarget(StepInput input, StepContext context) {
    TargetGuard.raise(target, preparation, input, context);
  }

  /**
   * See {@code FreezeActivities.raiseFreeze}.
   *
   * <p>An attempt that comes late, after the run has gone back and its guard was lifted, finds out
   * before it raises one again, and before each renewal. If it stands still for minutes between the
   * answer and what it does then, the guard it raises frees the source within the minute for which
   * {@link RaisingLease} lasts, or the run itself lifts it at the end of its way back; what is left
   * of it stops nobody, and the next run or {@code overwinter unfreeze} removes it. It cannot get a
   * longer lease: after the lift an attempt finds no row of its run to renew.
   */
  public FreezeReport raise(StepInput input, StepContext context) {
    long leaseSeconds = input.request().freeze().leaseSeconds();
    var lease = new RaisingLease(source, input, context);
    var patience = new Patience(source, Guard.SOURCE, input, context);
    var raiser =
        new TriggerRaiser(source, Guard.SOURCE, input, context, patience, lease::renewWhenDue);
    var writers = new WriterDrain(source, Guard.SOURCE, patience, lease::renewWhenDue);
    raiser.checkPrivileges();
    context.confirm();
    takeOverLapsed(input.run(), context);
    SourceGuard.begin(source, input.run(), leaseSeconds);
    try {
      freeze(input, raiser, writers);
    } catch (StepException e) {
      if (e.type().isPermanent()) {
        abandon(input.run(), context);
      }
      throw e;
    }
    return prove(input, context);
  }

  /**
   * Arms every table while nothing is refused, refuses everywhere at once, and waits for writers
   * from before; then records the fence. Goes on wherever an earlier attempt has stopped.
   */
  private void freeze(StepInput input, TriggerRaiser raiser, WriterDrain writers) {
    boolean recorded = false;
    while (!recorded) {
      GuardRow guard =
          SourceGuard.find(source)
              .filter(row -> row.runId().equals(input.run().runId()))
              .orElseThrow(() -> SourceGuard.gone(input.run()));
      if (guard.frozenSince() != null) {
        return;
      }
      raiser.raise();
      // Before the calm, so that no job begins to write for long in the midst of it.
      CronJobs.pause(source, input.run());
      if (!guard.closed()) {
        writers.calm();
      }
      Optional<String> closed = SourceClosing.close(source, input);
      if (closed.isPresent()) {
        writers.drain();
        recorded = SourceFence.record(source, input, closed.get());
      }
    }
  }

  private void takeOverLapsed(RunKey run, StepContext context) {
    Optional<GuardRow> found = SourceGuard.find(source).filter(guard -> isStale(guard, run));
    if (found.isEmpty()) {
      return;
    }
    Optional<GuardRow> released = SourceGuard.release(source, guard -> isStale(guard, run));
    if (released.filter(guard -> isStale(guard, run)).isPresent()) {
      String told = "removed a stale guard " + released.get().describe();
      LOG.warn("{}", told);
      context.progress(new Progress(0, 0, "tables to guard", told));
      remover(context).remove();
    }
  }

  private static boolean isStale(GuardRow guard, RunKey run) {
    return guard.lapsed() && !guard.runId().equals(run.runId());
  }

  /** Leaves the source as it was found, unless another attempt has completed the freeze. */
  private void abandon(RunKey run, StepContext context) {
    Optional<GuardRow> stood =
        SourceGuard.release(
            source, guard -> guard.runId().equals(run.runId()) && guard.frozenSince() == null);
    LOG.info("raising was given up; guard released: {}", stood.map(GuardRow::describe).orElse("-"));
    remover(context).remove();
  }

  /** See {@code FreezeActivities.proveFreeze}. */
  public FreezeReport prove(StepInput input, StepContext context) {
    context.progress(new Progress(0, 0, "tables", "proving the freeze"));
    SourceFence.Proof proof = SourceFence.prove(source, input);
    SourceFence.requireSame(proof);
    int roles = CanaryWrites.prove(source);
    GuardRow guard = proof.guard();
    return new FreezeReport(
        guard.frozenSince(),
        proof.tables(),
        guard.waitedMillis(),
        roles,
        guard.refusedMillis(),
        guard.endedWriters());
  }

  /**
   * See {@code FreezeActivities.holdLease}. A late attempt cannot harm: after a lift there is no
   * row of its run, after a lapse none that can be renewed, and before each renewal it finds out.
   */
  public void holdLease(StepInput input, StepContext context) {
    new LeaseHolder(source, input, context).hold();
  }

  /**
   * See {@code FreezeActivities.makeFreezePermanent}. A late attempt cannot harm: after a lift
   * there is no row of its run to change, and what it changes before the lift goes with the lift.
   */
  public void makePermanent(StepInput input, StepContext context) {
    prove(input, context);
    SourceGuard.Lease lease =
        GuardTransaction.run(
            source,
            "making the freeze permanent",
            GuardTransaction.OWN_LOCKS,
            connection -> SourceGuard.makePermanent(connection, input.run()));
    SourceGuard.requireHeld(lease, input.run());
  }

  /**
   * See {@code FreezeActivities.liftFreeze}. Another run's guard is left alone. A late attempt
   * cannot harm: a run that has lifted never freezes again.
   */
  public LiftReport lift(StepInput input, StepContext context) {
    long begun = System.nanoTime();
    Optional<GuardRow> stood =
        SourceGuard.release(source, guard -> guard.runId().equals(input.run().runId()));
    long writableAfter = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    if (stood.isPresent() && !stood.get().runId().equals(input.run().runId())) {
      return new LiftReport(false, 0, 0, List.of());
    }
    int leftBehind = remover(context).remove();
    return new LiftReport(
        stood.isPresent(), writableAfter, leftBehind, CronJobs.stillPaused(source));
  }

  /**
   * See {@code FreezeActivities.releaseTarget}. A late attempt cannot harm: it is asked for only
   * once the run cannot go back any more, and it leaves the guard of a later run alone.
   */
  public void releaseTarget(StepInput input, StepContext context) {
    boolean permanent =
        SourceGuard.find(source)
            .filter(guard -> guard.runId().equals(input.run().runId()))
            .filter(GuardRow::permanent)
            .isPresent();
    if (!permanent) {
      throw new StepException(
          FailureType.SOURCE_NOT_FROZEN,
          "The target stays guarded: the source's guard of workflow %s is not permanent, and both sides would take writes. Roll the run back."
              .formatted(input.run().workflowId()));
    }
    int left =
        TargetGuard.remove(
            target, input.run(), () -> context.progress(new Progress(0, 0, "tables", "releasing")));
    if (left > 0) {
      LOG.warn("{} objects of the target's guard are left; they guard nothing any more", left);
    }
  }

  private GuardRemover remover(StepContext context) {
    return new GuardRemover(
        source, Guard.SOURCE, () -> context.progress(new Progress(0, 0, "tables", "lifting")));
  }
}
