package dev.overwinter.workflows;

import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;

/** What goes on beside the steps while the source is frozen: its lease and its window. */
final class FreezeWatch {
  private final StepInput input;
  private final RunRecord record;
  private final OperatorDesk desk;
  private final StepStubs stubs;

  private CancellationScope lease;
  private Promise<Void> leaseEnded = Workflow.newPromise((Void) null);
  private CancellationScope window;
  private boolean alarmed;
  private boolean closed;

  FreezeWatch(StepInput input, RunRecord record, OperatorDesk desk, StepStubs stubs) {
    this.input = input;
    this.record = record;
    this.desk = desk;
    this.stubs = stubs;
  }

  /**
   * What a run that continues as new keeps of its watch.
   *
   * @param alarmed whether the end of the window was noticed
   * @param closed whether the freeze is permanent
   */
  record Memory(boolean leaseHeld, boolean windowOpen, boolean alarmed, boolean closed) {}

  Memory memory() {
    return new Memory(lease != null, window != null, alarmed, closed);
  }

  /** Goes on watching after the run has continued as new. */
  void resume(Memory memory) {
    alarmed = memory.alarmed();
    closed = memory.closed();
    if (!closed && memory.leaseHeld()) {
      holdLease();
    }
    if (!closed && memory.windowOpen()) {
      watchWindow();
    }
  }

  /** Keeps the lease renewed from now on; a lapsed one means going back. */
  void holdLease() {
    if (lease == null) {
      lease = Workflow.newCancellationScope(() -> leaseEnded = Async.procedure(this::keepLease));
      lease.run();
    }
  }

  /**
   * Stops renewing the lease, so that the next execution of this run can.
   *
   * @return completes when nobody renews it any more
   */
  Promise<Void> releaseLease() {
    if (lease != null) {
      lease.cancel("the run continues as new");
    }
    return leaseEnded;
  }

  private void keepLease() {
    try {
      stubs.lease("hold the lease on the freeze, all night long").holdLease(input);
    } catch (TemporalFailure failure) {
      if (!closed && !CancellationScope.current().isCancelRequested()) {
        desk.rollbackBecause(StepFailures.describe(failure));
      }
    }
  }

  /** Begins the frozen window; a repeated call changes nothing. */
  void openWindow(FreezeReport report) {
    if (window == null) {
      record.frozen(
          report.frozenSince(),
          RunRecord.now().plusSeconds(input.request().freeze().windowSeconds()));
      watchWindow();
    }
  }

  private void watchWindow() {
    window = Workflow.newCancellationScope(() -> Async.procedure(this::awaitEndOfWindow));
    window.run();
  }

  private void awaitEndOfWindow() {
    if (alarmed) {
      return;
    }
    Deadline.await(
        input.request().freeze().afterWindow() == TimeoutRule.ROLL_BACK
            ? "the frozen window; then it rolls back"
            : "the frozen window; then it goes on, with an alarm",
        record::deadline,
        () -> closed,
        () -> {
          alarmed = true;
          if (input.request().freeze().afterWindow() == TimeoutRule.ROLL_BACK) {
            desk.rollbackBecause("the frozen window ended before go-live");
          } else {
            record.decided(
                "alarm", "overwinter", true, "the frozen window has ended; still frozen");
          }
        });
  }

  /** The freeze is permanent: neither lease nor window matter any more. */
  void close() {
    closed = true;
    record.deadline(null);
    if (lease != null) {
      lease.cancel("the freeze is permanent");
    }
    if (window != null) {
      window.cancel("the freeze is permanent");
    }
  }
}
