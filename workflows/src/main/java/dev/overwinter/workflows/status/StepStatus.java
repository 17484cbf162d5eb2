package dev.overwinter.workflows.status;

import java.util.Objects;

/**
 * How far one step is.
 *
 * @param step the step
 * @param state its state
 * @param startedAt when its first attempt began, ISO 8601 in UTC, or null
 * @param finishedAt when it ended, ISO 8601 in UTC, or null
 * @param summary what it did: its figures, and after a semicolon the rest; empty until there is
 *     something to say
 */
public record StepStatus(
    Step step, StepState state, String startedAt, String finishedAt, String summary) {
  public StepStatus {
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(summary, "summary");
  }

  /** The figures: what stands before the summary's first semicolon. */
  public String headline() {
    return summary.split(";", 2)[0];
  }
}
