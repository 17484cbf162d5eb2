package dev.overwinter.workflows;

import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.LaterPage;
import dev.overwinter.workflows.status.LaterState;
import dev.overwinter.workflows.status.LaterStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The account of itself of a run that carries tables left for later, as {@link RunRecord} is. */
final class LaterRecord {
  /** What such a run does, in this order. */
  private static final List<Step> STEPS =
      List.of(Step.PREFLIGHT, Step.EXPORT, Step.REMAP, Step.IMPORT, Step.VERIFY);

  private static final int MOST_DECISIONS = 100;

  private final RunKey run;
  private final Map<Step, StepStatus> steps = new EnumMap<>(Step.class);
  private final Map<Step, List<Finding>> findings = new EnumMap<>(Step.class);
  private final Deque<Decision> decisions = new ArrayDeque<>();

  private String of = "";
  private List<String> tables = List.of();
  private LaterState state = LaterState.RUNNING;
  private Step step = Step.PREFLIGHT;
  private String waitingFor = "";
  private boolean mayGoBack = true;
  private Instant parkedSince;

  LaterRecord(RunKey run) {
    this.run = run;
    for (Step each : STEPS) {
      steps.put(each, new StepStatus(each, StepState.PENDING, null, null, ""));
    }
    show();
  }

  LaterState state() {
    return state;
  }

  /** Which run left the tables behind, by its workflow id. */
  void of(String workflowId) {
    of = workflowId;
    show();
  }

  void tables(List<String> carried) {
    tables = carried;
    show();
  }

  void state(LaterState newState, String newWaitingFor) {
    if (parkedSince != null && newState != LaterState.PARKED) {
      RunMetrics.unparked(parkedSince, RunRecord.now());
      parkedSince = null;
    }
    state = newState;
    waitingFor = newWaitingFor;
    show();
  }

  void begin(Step newStep) {
    step = newStep;
    StepStatus before = steps.get(newStep);
    String startedAt = before.startedAt() == null ? RunRecord.now().toString() : before.startedAt();
    steps.put(newStep, new StepStatus(newStep, StepState.RUNNING, startedAt, null, ""));
    state(LaterState.RUNNING, "");
  }

  void finish(Step finished, String summary) {
    settle(finished, StepState.DONE, summary);
    show();
  }

  void park(Step parked, TemporalFailure failure) {
    String reason = StepFailures.describe(failure);
    StepStatus before = steps.get(parked);
    steps.put(parked, new StepStatus(parked, StepState.PARKED, before.startedAt(), null, reason));
    park(parked.name().toLowerCase(Locale.ROOT), failure);
    state(LaterState.PARKED, "Step \"%s\" failed: %s".formatted(parked.title(), reason));
  }

  void parkRollback(TemporalFailure failure) {
    park("rollback", failure);
    state(LaterState.PARKED, "Rolling back failed. " + StepFailures.describe(failure));
  }

  private void park(String what, TemporalFailure failure) {
    parkedSince = RunRecord.now();
    RunMetrics.parked(what, StepFailures.typeOf(failure));
  }

  /** From now on a parked step can only be tried again. */
  void cannotGoBack() {
    mayGoBack = false;
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
    steps.put(
        settled, new StepStatus(settled, newState, startedAt, RunRecord.now().toString(), summary));
  }

  /** Replaces what the step at work found earlier: a step that runs again finds again. */
  void findings(List<Finding> found) {
    findings.put(step, new ArrayList<>(found));
    show();
  }

  void note(Finding finding) {
    findings.computeIfAbsent(step, none -> new ArrayList<>()).add(finding);
    show();
  }

  void decided(String what, String who, boolean obeyed, String note) {
    if (decisions.size() == MOST_DECISIONS) {
      decisions.removeFirst();
    }
    decisions.addLast(new Decision(what, who, RunRecord.now().toString(), obeyed, note));
    show();
  }

  LaterStatus status() {
    List<Finding> latestFirst = new ArrayList<>();
    findings.values().forEach(found -> latestFirst.addAll(0, found));
    return new LaterStatus(
        run,
        of,
        state,
        step,
        tables,
        new ArrayList<>(steps.values()),
        waitingFor,
        LaterPage.updates(state, mayGoBack).stream()
            .map(update -> update.commandLine(run.workflowId()))
            .toList(),
        latestFirst,
        new ArrayList<>(decisions));
  }

  private void show() {
    Workflow.setCurrentDetails(LaterPage.markdown(status(), RunRecord.now()));
  }
}
