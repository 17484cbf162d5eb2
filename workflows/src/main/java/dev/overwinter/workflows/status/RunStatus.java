package dev.overwinter.workflows.status;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.util.List;
import java.util.Objects;

/**
 * Everything a person may want to know of a run; the answer to the query {@code status}, and the
 * workflow's result. Holds no personal data.
 *
 * @param run the run
 * @param state its state
 * @param step the step at work, or the last one
 * @param steps all steps in order
 * @param progress how far the step at work was when it was last looked at, or null
 * @param frozenSince since when the source refuses writes, ISO 8601 in UTC by the source's clock,
 *     or null
 * @param deadline when the frozen window ends, ISO 8601 in UTC, or null
 * @param verification digest that an approval must name, or null before verification passed
 * @param waitingFor what the run waits for, in a sentence; empty when it waits for nobody
 * @param nextCommands what the operator may type now
 * @param findings what each step found, the latest step first
 * @param decisions what operators said, oldest first; at most the last hundred
 */
public record RunStatus(
    RunKey run,
    RunState state,
    Step step,
    List<StepStatus> steps,
    StepProgress progress,
    String frozenSince,
    String deadline,
    String verification,
    String waitingFor,
    List<String> nextCommands,
    List<Finding> findings,
    List<Decision> decisions) {
  public RunStatus {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(step, "step");
    steps = List.copyOf(steps);
    Objects.requireNonNull(waitingFor, "waitingFor");
    nextCommands = List.copyOf(nextCommands);
    findings = List.copyOf(findings);
    decisions = List.copyOf(decisions);
  }
}
