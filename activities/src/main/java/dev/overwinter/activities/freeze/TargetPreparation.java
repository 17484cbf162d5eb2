package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.steps.StepInput;

/**
 * What must be in the target before its tables are guarded. A boundary between the freeze, which
 * knows its guard, and those who know what the target lacks.
 */
@FunctionalInterface
public interface TargetPreparation {
  /** Prepares the target, whose ledger holds the run. May be called twice, at once or half. */
  void prepare(StepInput input, StepContext context);
}
