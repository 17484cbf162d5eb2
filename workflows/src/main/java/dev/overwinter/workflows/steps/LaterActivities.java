package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.RunKey;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Carries tables that a run has left for later, into a target that is live. What is not here is
 * done by the same steps as in that run.
 */
@ActivityInterface
public interface LaterActivities {
  /**
   * Looks whether the tables can be carried, tells everything that stands in the way, and if that
   * is nothing enters the run into the ledger and lends it the mapping. Later calls return the same
   * plan.
   */
  @ActivityMethod
  LaterPlan openLater(LaterInput input);

  /**
   * Loads exported chunks that nobody loads yet, one after the other, until none is left to take.
   * The rows of a chunk commit together with its record, and only once they were read back and
   * found to be what was exported.
   */
  @ActivityMethod
  LaneSummary loadLater(LaneInput input);

  /** Loads what is left, and compares what was loaded and exported with the source, asked anew. */
  @ActivityMethod
  VerificationSummary verifyLater(StepInput input);

  /** Writes down that the tables are carried, takes the mapping back, and analyzes the tables. */
  @ActivityMethod
  LaterSummary closeLater(StepInput input);

  /**
   * Removes the rows that the run has loaded and the application has not changed since, and the
   * run's record. Does nothing to any other row.
   */
  @ActivityMethod
  LaterUndoSummary undoLater(RunKey run);
}
