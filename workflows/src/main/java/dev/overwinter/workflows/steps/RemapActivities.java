package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Decides which columns hold user ids and what becomes of each. */
@ActivityInterface
public interface RemapActivities {
  /**
   * Finds the columns that hold user ids in the frozen source, counts what points to whom, checks
   * the mapping, and writes the plan to the ledger. Fails with {@code ReferencesUnsettled} where no
   * rule says what to do.
   */
  @ActivityMethod
  RemapSummary planRemap(StepInput input);
}
