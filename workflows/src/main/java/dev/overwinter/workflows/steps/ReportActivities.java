package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.status.RunStatus;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What a person reads afterwards. */
@ActivityInterface
public interface ReportActivities {
  /**
   * Writes the report of a run to the archive directory and the ledger; a later call replaces it.
   */
  @ActivityMethod
  void writeReport(StepInput input, RunStatus status);
}
