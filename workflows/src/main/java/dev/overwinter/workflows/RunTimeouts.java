package dev.overwinter.workflows;

import dev.overwinter.workflows.status.HumanTime;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Temporal's own timeouts on a workflow. When one runs out the server ends the run at once, without
 * a word to it: no way back, a source that stays frozen until its lease has run out, and accounts
 * and rows that nobody removes. The request has deadlines of its own, after which the run goes back
 * in order.
 */
final class RunTimeouts {
  /** Longer than any run; some servers give a timeout of years to whoever asks for none. */
  private static final Duration HARMLESS = Duration.ofDays(3 * 365);

  private RunTimeouts() {}

  /** What is wrong with the timeouts of this execution, as a sentence. */
  static Optional<String> problem() {
    return shortest()
        .map(
            timeout ->
                "the run was started with a timeout of %s, after which Temporal would end it without rolling back: start it without --execution-timeout and --run-timeout; freeze.window and approval.timeout of the request are deadlines that roll back"
                    .formatted(HumanTime.duration(timeout)));
  }

  /** The same of a run that has no deadlines. */
  static Optional<String> problemWithoutDeadlines() {
    return shortest()
        .map(
            timeout ->
                "the run was started with a timeout of %s, after which Temporal would end it without rolling back: start it without --execution-timeout and --run-timeout"
                    .formatted(HumanTime.duration(timeout)));
  }

  private static Optional<Duration> shortest() {
    WorkflowInfo info = Workflow.getInfo();
    return Stream.of(info.getWorkflowExecutionTimeout(), info.getWorkflowRunTimeout())
        .filter(timeout -> timeout != null && !timeout.isZero())
        .min(Comparator.naturalOrder())
        .filter(timeout -> timeout.compareTo(HARMLESS) < 0);
  }
}
