package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.progress.ProgressObserver;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.steps.ObserveInput;
import dev.overwinter.workflows.steps.ProgressActivities;
import java.util.function.Supplier;

/** {@link ProgressObserver} as Temporal calls it. */
final class ProgressActivitiesImpl implements ProgressActivities {
  private final ProgressObserver observer;
  private final Supplier<StepContext> contexts;

  ProgressActivitiesImpl(ProgressObserver observer, Supplier<StepContext> contexts) {
    this.observer = observer;
    this.contexts = contexts;
  }

  @Override
  public StepProgress observe(ObserveInput input) {
    return observer.observe(input, contexts.get());
  }
}
