package dev.overwinter.worker.wiring;

import dev.overwinter.activities.report.ReportStep;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.ReportActivities;
import dev.overwinter.workflows.steps.StepInput;

/** {@link ReportStep} as Temporal calls it. */
final class ReportActivitiesImpl implements ReportActivities {
  private final ReportStep step;

  ReportActivitiesImpl(ReportStep step) {
    this.step = step;
  }

  @Override
  public void writeReport(StepInput input, RunStatus status) {
    step.write(input, status);
  }
}
