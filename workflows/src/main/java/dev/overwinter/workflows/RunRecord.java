package dev.overwinter.workflows;

import dev.overwinter.workflows.status.Dashboard;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The run's own account of itself; every change is shown in the web UI at once. */
final class RunRecord {
  private static final int MOST_DECISIONS = 100;

  private final RunKey run;
  private final Map<Step, StepStatus> steps = new EnumMap<>(Step.class);
  private final Deque<Decision> decisions = new ArrayDeque<>();
  private final Map<Step, List<Finding>> findings = new EnumMap<>(Step.class);

  private RunState state = RunState.RUNNING;
  private Step step = Step.PREFLIGHT;
  private String frozenSince;
  private Instant deadline;
  private String verification;
  private String waitingFor = "";
  private boolean rollingBack;

  RunRecord(RunKey run) {
    this.run = run;
    for (Step each : Step.values()) {
      steps.put(each, new StepStatus(each, StepState.PENDING, null, null, ""));
    }
  }

  RunState state() {
    return state;
  }

  Step step() {
    return step;
  }

  Instant deadline() {
    return deadline;
  }

  String verification() {
    return verification;
  }

  void state(RunState newState, String newWaitingFor) {
    state = newState;
    waitingFor = newWaitingFor;
    show();
  }

  void begin(Step newStep) {
    step = newStep;
    StepStatus before = steps.get(newStep);
    String startedAt = before.startedAt() == null ? now().toString() : before.startedAt();
    steps.put(newStep, new StepStatus(newStep, StepState.RUNNING, startedAt, null, ""));
    state(RunState.RUNNING, "");
  }

  void finish(Step finished, String summary) {
    settle(finished, StepState.DONE, summary);
    show();
  }

  void park(Step parked, String reason) {
    StepStatus before = steps.get(parked);
    steps.put(parked, new StepStatus(parked, StepState.PARKED, before.startedAt(), null, reason));
    state(RunState.PARKED, "Step \"%s\" failed: %s".formatted(parked.title(), reason));
  }

  void pausedBefore(Step next) {
    step = next;
    state(RunState.PAUSED, "Paused as asked; the frozen window goes on.");
  }

  void waitForApproval(String forWhat) {
    state(RunState.WAITING_FOR_APPROVAL, forWhat);
  }

  void rollBack(String what) {
    rollingBack = true;
    state(RunState.ROLLING_BACK, what);
  }

  void parkRollback(String reason) {
    state(RunState.PARKED, "Rolling back: " + reason);
  }

  void note(Finding finding) {
    findings.computeIfAbsent(step, none -> new ArrayList<>()).add(finding);
    show();
  }

  /** Marks what was at work as given up. */
  void abandon() {
    StepStatus current = steps.get(step);
    if (current.state() == StepState.RUNNING || current.state() == StepState.PARKED) {
      settle(step, StepState.ABANDONED, current.summary());
    }
    show();
  }

  private void settle(Step settled, StepState newState, String summary) {
    String startedAt = steps.get(settled).startedAt();
    steps.put(settled, new StepStatus(settled, newState, startedAt, now().toString(), summary));
  }

  void frozen(String since, Instant until) {
    frozenSince = since;
    deadline = until;
    show();
  }

  void deadline(Instant until) {
    deadline = until;
    show();
  }

  void verified(String digest) {
    verification = digest;
    show();
  }

  void thawed() {
    frozenSince = null;
    deadline = null;
    verification = null;
    show();
  }

  /** Replaces what the step at work found earlier: a step that runs again finds again. */
  void findings(List<Finding> found) {
    findings.put(step, new ArrayList<>(found));
    show();
  }

  void decided(String what, String who, boolean obeyed, String note) {
    if (decisions.size() == MOST_DECISIONS) {
      decisions.removeFirst();
    }
    decisions.addLast(new Decision(what, who, now().toString(), obeyed, note));
    show();
  }

  RunStatus status() {
    return new RunStatus(
        run,
        state,
        step,
        new ArrayList<>(steps.values()),
        frozenSince,
        deadline == null ? null : deadline.toString(),
        verification,
        waitingFor,
        NextCommands.of(run.workflowId(), state, verification, rollingBack),
        latestFirst(),
        new ArrayList<>(decisions));
  }

  /** What the latest step found matters most, and most is cut off at the end. */
  private List<Finding> latestFirst() {
    List<Finding> all = new ArrayList<>();
    findings.values().forEach(found -> all.addAll(0, found));
    return all;
  }

  static Instant now() {
    return Instant.ofEpochMilli(Workflow.currentTimeMillis()).truncatedTo(ChronoUnit.MILLIS);
  }

  private void show() {
    Workflow.setCurrentDetails(Dashboard.markdown(status()));
  }
}
