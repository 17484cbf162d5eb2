package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.util.function.Supplier;

/** {@link RemapPlanning} as Temporal calls it. */
final class RemapActivitiesImpl implements RemapActivities {
  private final RemapPlanning planning;
  private final Supplier<StepContext> contexts;

  RemapActivitiesImpl(RemapPlanning planning, Supplier<StepContext> contexts) {
    this.planning = planning;
    this.contexts = contexts;
  }

  @Override
  public RemapSummary planRemap(StepInput input) {
    return planning.plan(input, contexts.get());
  }
}
