package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Looks before anything is touched. */
@ActivityInterface
public interface PreflightActivities {
  /**
   * Checks everything that could stop or harm the run. Reads only; may run any number of times.
   *
   * @return all findings together, never just the first
   */
  @ActivityMethod
  PreflightReport preflight(StepInput input);
}
