package dev.overwinter.workflows;

import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.Announcement.Event;
import dev.overwinter.workflows.steps.Announcement.Outcome;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * Tells the operator's hooks when the freeze begins and ends. A hook that cannot be told holds up
 * the night for two minutes at most, and the way back not at all; the run's findings say so.
 */
final class Announcements {
  /** Nobody should be surprised by the freeze, nor should a dead hook put off the night. */
  private static final Duration PATIENCE_BEFORE = Duration.ofMinutes(2);

  /** A banner that stays up is worse than a run that ends a little later. */
  private static final Duration PATIENCE_AFTER = Duration.ofMinutes(15);

  private final StepInput input;
  private final RunRecord record;
  private final StepStubs stubs;
  private final boolean wanted;

  private String begunAt;
  private boolean beginningTold;
  private boolean endBegun;
  private Promise<Boolean> end = Workflow.newPromise(true);

  Announcements(StepInput input, RunRecord record, Shape shape) {
    this.input = input;
    this.record = record;
    this.stubs = new StepStubs(input.request());
    this.wanted = shape.announcesFreeze();
  }

  /**
   * What a run that continues as new keeps of what it told.
   *
   * @param begunAt when it began to tell of the freeze, ISO 8601 in UTC, or null
   * @param beginningTold whether every hook took that
   * @param endBegun whether it has told, or tried to tell, of the end
   */
  record Memory(String begunAt, boolean beginningTold, boolean endBegun) {}

  Memory memory() {
    return new Memory(begunAt, beginningTold, endBegun);
  }

  /**
   * @param memory what the execution before this one told, or null
   */
  void remember(Memory memory) {
    if (memory != null) {
      begunAt = memory.begunAt();
      beginningTold = memory.beginningTold();
      endBegun = memory.endBegun();
    }
  }

  /** The source is about to be frozen. Returns when the hooks know, or after a while. */
  void beginning() {
    if (wanted && !beginningTold) {
      begunAt = begunAt == null ? RunRecord.now().toString() : begunAt;
      beginningTold =
          told(
              new Announcement(input.run(), Event.FREEZE_BEGINNING, null, begunAt),
              PATIENCE_BEFORE,
              "Tell users of the freeze by another way.");
    }
  }

  /** The application may write again. Returns at once; does nothing when no beginning was told. */
  void ended(Outcome outcome) {
    if (begunAt != null && !endBegun) {
      endBegun = true;
      Announcement announcement =
          new Announcement(input.run(), Event.FREEZE_ENDED, outcome, RunRecord.now().toString());
      end =
          Async.function(
              () ->
                  told(
                      announcement,
                      PATIENCE_AFTER,
                      "Take down the maintenance banner or notice by hand."));
    }
  }

  /** Whether nothing is being told. */
  boolean isQuiet() {
    return end.isCompleted();
  }

  /**
   * Waits until the hooks know of the end or were given up.
   *
   * @return whether they all know
   */
  boolean isEndTold() {
    return end.get();
  }

  private boolean told(Announcement announcement, Duration patience, String remedy) {
    String type = announcement.event().type();
    try {
      stubs.hooks(patience, "announce " + type).announce(announcement);
      return true;
    } catch (ActivityFailure failure) {
      if (failure.getCause() instanceof CanceledFailure) {
        throw failure;
      }
      record.note(Finding.warning("hooks", type + ": " + describe(failure), remedy));
      return false;
    }
  }

  private static String describe(ActivityFailure failure) {
    // When time is up during a try, what matters is how the one before it failed.
    return failure.getCause() instanceof TimeoutFailure timeout
            && timeout.getCause() instanceof ApplicationFailure last
        ? StepFailures.describe(last)
        : StepFailures.describe(failure);
  }
}
