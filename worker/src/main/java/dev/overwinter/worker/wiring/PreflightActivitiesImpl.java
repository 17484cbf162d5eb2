package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.preflight.Preflight;
import dev.overwinter.workflows.steps.PreflightActivities;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.StepInput;
import java.util.function.Supplier;

/** {@link Preflight} as Temporal calls it. */
final class PreflightActivitiesImpl implements PreflightActivities {
  private final Preflight preflight;
  private final Supplier<StepContext> contexts;

  PreflightActivitiesImpl(Preflight preflight, Supplier<StepContext> contexts) {
    this.preflight = preflight;
    this.contexts = contexts;
  }

  @Override
  public PreflightReport preflight(StepInput input) {
    return preflight.preflight(input, contexts.get());
  }
}
