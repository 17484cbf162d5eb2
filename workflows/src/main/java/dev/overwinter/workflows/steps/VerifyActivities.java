package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Compares source and target. */
@ActivityInterface
public interface VerifyActivities {
  /** Compares every table by count and digest, re-checks references, definitions and sequences. */
  @ActivityMethod
  VerificationSummary verify(StepInput input);
}
