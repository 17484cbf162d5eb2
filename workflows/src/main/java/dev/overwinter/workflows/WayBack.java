package dev.overwinter.workflows;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.steps.Announcement.Outcome;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LiftReport;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserUndoSummary;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.function.Consumer;
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
  private final Shape shape;
  private final StepStubs stubs;
  private final Consumer<Memory> continueAsNew;
  private final Supplier<Boolean> isContinuingWanted;
  private final Announcements announcements;

  private boolean mayRest;
  private boolean parked;
  private UserUndoSummary users;
  private CleanUpSummary target;

  /**
   * @param continueAsNew ends this execution of the run, or returns when that cannot be done now
   * @param isContinuingWanted whether it should be called where the way back rests
   */
  WayBack(
      StepInput input,
      RunRecord record,
      OperatorDesk desk,
      Shape shape,
      Announcements announcements,
      Consumer<Memory> continueAsNew,
      Supplier<Boolean> isContinuingWanted) {
    this.input = input;
    this.record = record;
    this.desk = desk;
    this.shape = shape;
    this.stubs = new StepStubs(input.request());
    this.announcements = announcements;
    this.continueAsNew = continueAsNew;
    this.isContinuingWanted = isContinuingWanted;
  }

  /**
   * What a run that continues as new while it is parked here keeps of the way back.
   *
   * @param users what became of the accounts, or null while they are there
   * @param target what became of the target, or null while it is not emptied
   */
  record Memory(UserUndoSummary users, CleanUpSummary target) {}

  /**
   * @param forward completes when the cancelled step forward has stopped
   * @param memory where the way back was parked before the run continued as new, or null
   */
  void run(Promise<Void> forward, Memory memory) {
    if (memory == null) {
      record.abandon();
      releaseSource();
      record.thawed();
      record.rollBack("waiting until the step at work has stopped");
      Workflow.await(forward::isCompleted);
      // A step at work while the source was released may have raised its guard again.
      LiftReport lifted = releaseSource();
      if (!lifted.jobsPaused().isEmpty()) {
        record.note(Summaries.stillPaused(lifted.jobsPaused()));
      }
      announcements.ended(Outcome.ROLLED_BACK);
    } else {
      users = memory.users();
      target = memory.target();
    }
    mayRest = true;
    parked = memory != null;
    if (users == null) {
      users =
          undo("removing the accounts", () -> stubs.users("remove the accounts").undoUsers(input));
    }
    if (target == null) {
      target = undo("emptying the target", () -> stubs.copy("empty the target").emptyTarget(input));
    }
    if (!input.request().rollback().keepArchive()) {
      undo(
          "removing the archive",
          () -> {
            stubs.copy("remove the archive").removeArchive(input);
            return null;
          });
    }
    if (shape.looksForLateFreeze()) {
      liftLateFreeze();
    }
    record.note(Finding.note("rollback", Summaries.of(users, target)));
    record.state(RunState.ROLLED_BACK, "");
    Reporting.write(stubs, input, record);
    if (!announcements.isEndTold()) {
      Reporting.write(stubs, input, record);
    }
  }

  private LiftReport releaseSource() {
    return undo("releasing the source", () -> stubs.freeze("release the source").liftFreeze(input));
  }

  /**
   * An attempt that stood still for minutes may have raised the guard after it was lifted. Whatever
   * comes of looking, the run has gone back: such a guard has a short lease.
   */
  private void liftLateFreeze() {
    try {
      if (stubs.lastLook("look for a freeze that came late").liftFreeze(input).wasFrozen()) {
        record.note(
            Finding.note("rollback", "The source was frozen again by a late attempt; lifted."));
      }
    } catch (TemporalFailure failure) {
      record.note(
          Finding.warning(
              "rollback",
              "Could not look for a late freeze: " + StepFailures.describe(failure),
              "If the source refuses writes for longer than a minute: overwinter unfreeze"));
    }
  }

  private <T> T undo(String what, Supplier<T> work) {
    while (true) {
      if (parked) {
        awaitRetry();
      }
      record.rollBack(what);
      try {
        return work.get();
      } catch (TemporalFailure failure) {
        record.parkRollback(what, failure);
        parked = true;
      }
    }
  }

  private void awaitRetry() {
    while (!desk.isRetryWanted()) {
      Workflow.await(() -> desk.isRetryWanted() || isRestDue());
      if (isRestDue()) {
        continueAsNew.accept(new Memory(users, target));
      }
    }
    desk.retryBegins();
    parked = false;
  }

  /** Only once the source is free and nothing of the way forward is at work. */
  private boolean isRestDue() {
    return mayRest && announcements.isQuiet() && isContinuingWanted.get();
  }
}
