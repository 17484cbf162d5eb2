package dev.overwinter.workflows;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserUndoSummary;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.function.Supplier;

/**
 * Back to where it began, before go-live: the source takes writes first, at once; then what the run
 * made is removed. Runs in a detached scope. A part that fails for good parks the run until an
 * operator says retry.
 */
final class WayBack {
  private final StepInput input;
  private final RunRecord record;
  private final OperatorDesk desk;
  private final StepStubs stubs;

  WayBack(StepInput input, RunRecord record, OperatorDesk desk) {
    this.input = input;
    this.record = record;
    this.desk = desk;
    this.stubs = new StepStubs(input.request());
  }

  /**
   * @param forward completes when the cancelled step forward has stopped
   */
  void run(Promise<Void> forward) {
    record.abandon();
    undo("releasing the source", () -> stubs.freeze("release the source").liftFreeze(input));
    record.thawed();
    record.rollBack("waiting until the step at work has stopped");
    Workflow.await(forward::isCompleted);
    // A step at work while the source was released may have raised its guard again.
    undo("releasing the source", () -> stubs.freeze("release the source").liftFreeze(input));
    UserUndoSummary users =
        undo("removing the accounts", () -> stubs.users("remove the accounts").undoUsers(input));
    CleanUpSummary target =
        undo("emptying the target", () -> stubs.copy("empty the target").emptyTarget(input));
    if (!input.request().rollback().keepArchive()) {
      undo(
          "removing the archive",
          () -> {
            stubs.copy("remove the archive").removeArchive(input);
            return null;
          });
    }
    record.note(Finding.note("rollback", Summaries.of(users, target)));
    record.state(RunState.ROLLED_BACK, "");
    Reporting.write(stubs, input, record);
  }

  private <T> T undo(String what, Supplier<T> work) {
    while (true) {
      record.rollBack(what);
      try {
        return work.get();
      } catch (TemporalFailure failure) {
        record.parkRollback(what + " failed. " + StepFailures.describe(failure));
        Workflow.await(desk::isRetryWanted);
        desk.retryBegins();
      }
    }
  }
}
