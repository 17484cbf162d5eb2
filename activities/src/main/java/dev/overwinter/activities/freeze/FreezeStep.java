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

  /**
   * @param source needs a connection free at any time, or the lease cannot be renewed: give it a
   *     pool that the copying does not share
   * @param target the target
   */
  public FreezeStep(Database source, Database target) {
    this.source = source;
    this.target = target;
  }

  /** See {@code FreezeActivities.guardTarget}. */
  public void guardTarget(StepInput input, StepContext context) {
    TargetGuard.raise(target, input, context);
  }

  /** See {@code FreezeActivities.raiseFreeze}. */
  public FreezeReport raise(StepInput input, StepContext context) {
    long leaseSeconds = input.request().freeze().leaseSeconds();
    var lease = new RaisingLease(source, input);
    var raiser = new TriggerRaiser(source, Guard.SOURCE, input, context, lease::renewWhenDue);
    raiser.checkPrivileges();
    takeOverLapsed(input.run(), context);
    SourceGuard.begin(source, input.run(), leaseSeconds);
    try {
      while (!isRecorded(input) && !SourceFence.record(source, input)) {
        raiser.raise();
      }
    } catch (StepException e) {
      if (e.type().isPermanent()) {
        abandon(input.run(), context);
      }
      throw e;
    }
    return prove(input, context);
  }

  private boolean isRecorded(StepInput input) {
    return SourceGuard.find(source)
        .filter(guard -> guard.runId().equals(input.run().runId()))
        .filter(guard -> guard.frozenSince() != null)
        .isPresent();
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
    return new FreezeReport(
        proof.guard().frozenSince(), proof.tables(), proof.guard().waitedMillis(), roles);
  }

  /** See {@code FreezeActivities.holdLease}. */
  public void holdLease(StepInput input, StepContext context) {
    new LeaseHolder(source, input, context).hold();
  }

  /** See {@code FreezeActivities.makeFreezePermanent}. */
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

  /** See {@code FreezeActivities.liftFreeze}. Another run's guard is left alone. */
  public LiftReport lift(StepInput input, StepContext context) {
    long begun = System.nanoTime();
    Optional<GuardRow> stood =
        SourceGuard.release(source, guard -> guard.runId().equals(input.run().runId()));
    long writableAfter = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    if (stood.isPresent() && !stood.get().runId().equals(input.run().runId())) {
      return new LiftReport(false, 0, 0);
    }
    return new LiftReport(stood.isPresent(), writableAfter, remover(context).remove());
  }

  /** See {@code FreezeActivities.releaseTarget}. */
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
