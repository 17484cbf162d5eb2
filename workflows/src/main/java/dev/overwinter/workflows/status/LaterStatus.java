package dev.overwinter.workflows.status;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.util.List;
import java.util.Objects;

/**
 * Everything a person may want to know of a run that carries tables left for later; the answer to
 * the query {@code status}, and the workflow's result. Holds no personal data.
 *
 * @param run the run
 * @param of the workflow id of the run that went live
 * @param state its state
 * @param step the step at work, or the last one
 * @param tables the tables, by their names in the source; empty until they are known
 * @param steps all steps in order
 * @param waitingFor what the run waits for, in a sentence; empty when it waits for nobody
 * @param nextCommands what the operator may type now
 * @param findings what each step found, the latest step first
 * @param decisions what operators said, oldest first; at most the last hundred
 */
public record LaterStatus(
    RunKey run,
    String of,
    LaterState state,
    Step step,
    List<String> tables,
    List<StepStatus> steps,
    String waitingFor,
    List<String> nextCommands,
    List<Finding> findings,
    List<Decision> decisions) {
  public LaterStatus {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(of, "of");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(step, "step");
    tables = List.copyOf(tables);
    steps = List.copyOf(steps);
    Objects.requireNonNull(waitingFor, "waitingFor");
    nextCommands = List.copyOf(nextCommands);
    findings = List.copyOf(findings);
    decisions = List.copyOf(decisions);
  }
}
