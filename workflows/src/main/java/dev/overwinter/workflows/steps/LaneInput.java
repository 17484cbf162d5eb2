package dev.overwinter.workflows.steps;

import java.util.Objects;

/**
 * What one lane of copying is given.
 *
 * @param step which run it works for, and what was asked for
 * @param lane the lane's number, from 0
 */
public record LaneInput(StepInput step, int lane) {
  public LaneInput {
    Objects.requireNonNull(step, "step");
  }
}
