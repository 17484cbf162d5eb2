package dev.overwinter.workflows;

import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;

/** What goes on beside the steps while the source is frozen: its lease and its window. */
final class FreezeWatch {
  private final StepInput input;
  private final RunRecord record;
  private final OperatorDesk desk;
  private final StepStubs stubs;

  private CancellationScope lease;
  private CancellationScope window;
  private boolean closed;

  FreezeWatch(StepInput input, RunRecord record, OperatorDesk desk, StepStubs stubs) {
    this.input = input;
    this.record = record;
    this.desk = desk;
    this.stubs = stubs;
  }

  /** Keeps the lease renewed from now on; a lapsed one means going back. */
  void holdLease() {
    if (lease == null) {
      lease = Workflow.newCancellationScope(() -> Async.procedure(this::keepLease));
      lease.run();
    }
  }

  private void keepLease() {
    try {
      stubs.lease("hold the lease on the freeze").holdLease(input);
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
      window = Workflow.newCancellationScope(() -> Async.procedure(this::watchWindow));
      window.run();
    }
  }

  private void watchWindow() {
    Deadline.await(
        "the frozen window ends",
        record::deadline,
        () -> closed,
        () -> {
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
