package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * Forward until live, or back when somebody or something wants that. Going forward runs in a scope
 * of its own; when a rollback is wanted that scope is cancelled and the way back begins with the
 * source. Where the run rests and its history has grown long, it continues as new.
 */
final class Journey {
  /** Longer than it takes to notice that a worker is dead. */
  private static final Duration LAST_WORD_OF_LEASE = Duration.ofSeconds(30);

  private final JsonNode request;
  private final StepInput input;
  private final RunRecord record;
  private final OperatorDesk desk;
  private final Shape shape;
  private final PointOfRest rest;
  private final Announcements announcements;

  /**
   * @param request the request as it came, for the next execution's first argument
   */
  Journey(JsonNode request, StepInput input, RunRecord record, OperatorDesk desk, Shape shape) {
    this.request = request;
    this.input = input;
    this.record = record;
    this.desk = desk;
    this.shape = shape;
    this.rest = new PointOfRest(shape, CancellationScope.current());
    this.announcements = new Announcements(input, record, shape);
  }

  /**
   * Begins, or goes on where the execution before this one rested.
   *
   * @param carried what that one left, or null
   * @return whether it went back because the workflow was cancelled
   */
  boolean travel(Carried carried) {
    if (carried != null) {
      announcements.remember(carried.announcements());
    }
    if (carried != null && carried.back() != null) {
      Promise<Void> endedBefore = Workflow.newPromise((Void) null);
      Workflow.newDetachedCancellationScope(() -> goBack(endedBefore, carried.back())).run();
      return false;
    }
    CompletablePromise<Void> ended = Workflow.newPromise();
    WayForward wayForward = new WayForward(input, record, desk, shape, rest, announcements);
    CancellationScope forward =
        Workflow.newDetachedCancellationScope(
            () ->
                ended.completeFrom(
                    Async.procedure(wayForward::run, carried == null ? null : carried.forward())));
    forward.run();
    boolean cancelled = awaitEndOrRollback(ended, wayForward);
    if (desk.isRollbackWanted()) {
      Workflow.newDetachedCancellationScope(
              () -> {
                forward.cancel("rolling back");
                goBack(ended, null);
              })
          .run();
    } else {
      ended.get();
    }
    awaitEndOfLease(wayForward);
    return cancelled;
  }

  /**
   * Its last word would find no run any more, and worry whoever reads the worker's log. Not for
   * ever: its worker may be dead.
   */
  private void awaitEndOfLease(WayForward wayForward) {
    if (!shape.awaitsEndOfLease()) {
      return;
    }
    Promise<Void> leaseEnded = wayForward.releaseLease();
    if (!leaseEnded.isCompleted()) {
      Workflow.newDetachedCancellationScope(
              () -> Workflow.await(LAST_WORD_OF_LEASE, leaseEnded::isCompleted))
          .run();
    }
  }

  private boolean awaitEndOrRollback(Promise<Void> ended, WayForward wayForward) {
    try {
      while (!ended.isCompleted() && !desk.isRollbackWanted()) {
        Workflow.await(() -> ended.isCompleted() || desk.isRollbackWanted() || rest.isDue());
        if (rest.isDue()) {
          continueAsNew(wayForward);
        }
      }
      return false;
    } catch (CanceledFailure cancellation) {
      rest.letGo();
      if (desk.isRollbackPossible()) {
        desk.rollbackBecause("the workflow was cancelled");
        return true;
      }
      record.decided(
          "cancel",
          "somebody",
          false,
          "the target is being released; Temporal will show the run as canceled all the same");
      Workflow.newDetachedCancellationScope(() -> Workflow.await(ended::isCompleted)).run();
      return false;
    }
  }

  /** Ends this execution, unless a rollback is wanted before the lease could be passed on. */
  private void continueAsNew(WayForward wayForward) {
    rest.hold();
    Promise<Void> leaseEnded = wayForward.releaseLease();
    Workflow.await(
        () ->
            desk.isRollbackWanted()
                || (leaseEnded.isCompleted() && Workflow.isEveryHandlerFinished()));
    if (!desk.isRollbackWanted()) {
      continueAsNew(wayForward.memory(), null);
    }
  }

  private void goBack(Promise<Void> forwardEnded, WayBack.Memory memory) {
    new WayBack(input, record, desk, shape, announcements, this::continueBack, rest::isWanted)
        .run(forwardEnded, memory);
  }

  private void continueBack(WayBack.Memory memory) {
    Workflow.await(Workflow::isEveryHandlerFinished);
    if (rest.isWanted()) {
      continueAsNew(null, memory);
    }
  }

  private void continueAsNew(WayForward.Memory forward, WayBack.Memory back) {
    Carried carried =
        new Carried(
            input.request(), record.memory(), desk.memory(), forward, back, announcements.memory());
    Workflow.continueAsNew(request, carried.toJson());
  }
}
