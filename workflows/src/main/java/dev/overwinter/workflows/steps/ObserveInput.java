package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.status.Step;
import java.util.Objects;

/**
 * What is to be looked at, and when.
 *
 * @param input which run, and what was asked for
 * @param step the step at work
 * @param waitSeconds how long to wait before looking
 */
public record ObserveInput(StepInput input, Step step, long waitSeconds) {
  public ObserveInput {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(step, "step");
  }
}
