package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LiftReport;
import dev.overwinter.workflows.steps.StepInput;
import java.util.function.Supplier;

/** {@link FreezeStep} as Temporal calls it. */
public final class FreezeActivitiesImpl implements FreezeActivities {
  private final FreezeStep step;
  private final Supplier<StepContext> contexts;

  /**
   * @param contexts gives the context of the activity that the calling thread executes
   */
  public FreezeActivitiesImpl(FreezeStep step, Supplier<StepContext> contexts) {
    this.step = step;
    this.contexts = contexts;
  }

  @Override
  public void guardTarget(StepInput input) {
    step.guardTarget(input, contexts.get());
  }

  @Override
  public FreezeReport raiseFreeze(StepInput input) {
    return step.raise(input, contexts.get());
  }

  @Override
  public FreezeReport proveFreeze(StepInput input) {
    return step.prove(input, contexts.get());
  }

  @Override
  public void holdLease(StepInput input) {
    step.holdLease(input, contexts.get());
  }

  @Override
  public void makeFreezePermanent(StepInput input) {
    step.makePermanent(input, contexts.get());
  }

  @Override
  public LiftReport liftFreeze(StepInput input) {
    return step.lift(input, contexts.get());
  }

  @Override
  public void releaseTarget(StepInput input) {
    step.releaseTarget(input, contexts.get());
  }
}
