package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerifyActivities;
import java.util.function.Supplier;

/** {@link Verification} as Temporal calls it. */
final class VerifyActivitiesImpl implements VerifyActivities {
  private final Verification verification;
  private final Supplier<StepContext> contexts;

  VerifyActivitiesImpl(Verification verification, Supplier<StepContext> contexts) {
    this.verification = verification;
    this.contexts = contexts;
  }

  @Override
  public VerificationSummary verify(StepInput input) {
    return verification.verify(input, contexts.get());
  }
}
