package dev.overwinter.workflows;

import dev.overwinter.workflows.status.Dashboard;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.NextUpdate;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The run's own account of itself; every change is shown in the web UI at once. */
final class RunRecord {
  private static final int MOST_DECISIONS = 100;

  private final RunKey run;
  private final Map<Step, StepStatus> steps = new EnumMap<>(Step.class);
  private final Deque<Decision> decisions = new ArrayDeque<>();
  private final Map<Step, List<Finding>> findings = new EnumMap<>(Step.class);

  private final RunSearch search = new RunSearch();

  private RunState state = RunState.RUNNING;
  private Step step = Step.PREFLIGHT;
  private StepProgress progress;
  private String frozenSince;
  private Instant deadline;
  private String verification;
  private String waitingFor = "";
  private boolean rollingBack;
  private Instant parkedSince;

  /**
   * @param memory what was known before the run continued as new, or null
   */
  RunRecord(RunKey run, Memory memory) {
    this.run = run;
    for (Step each : Step.values()) {
      steps.put(each, new StepStatus(each, StepState.PENDING, null, null, ""));
    }
    if (memory != null) {
      remember(memory);
    }
    show();
  }

  /**
   * What a run that continues as new keeps of its account.
   *
   * @param findings what each step found
   * @param rollingBack whether the source was, or is being, released
   * @param parkedSince since when it waits for an operator after a failure, or null
   * @param searchable whether the namespace has our search attributes
   * @see RunStatus
   */
  record Memory(
      RunState state,
      Step step,
      List<StepStatus> steps,
      StepProgress progress,
      String frozenSince,
      String deadline,
      String verification,
      String waitingFor,
      boolean rollingBack,
      boolean searchable,
      String parkedSince,
      Map<Step, List<Finding>> findings,
      List<Decision> decisions) {}

  Memory memory() {
    return new Memory(
        state,
        step,
        new ArrayList<>(steps.values()),
        progress,
        frozenSince,
        deadline == null ? null : deadline.toString(),
        verification,
        waitingFor,
        rollingBack,
        search.isRegistered(),
        parkedSince == null ? null : parkedSince.toString(),
        findings,
        new ArrayList<>(decisions));
  }

  private void remember(Memory memory) {
    state = memory.state();
    step = memory.step();
    memory.steps().forEach(status -> steps.put(status.step(), status));
    progress = memory.progress();
    frozenSince = memory.frozenSince();
    deadline = memory.deadline() == null ? null : Instant.parse(memory.deadline());
    verification = memory.verification();
    waitingFor = memory.waitingFor();
    rollingBack = memory.rollingBack();
    parkedSince = memory.parkedSince() == null ? null : Instant.parse(memory.parkedSince());
    memory.findings().forEach((of, found) -> findings.put(of, new ArrayList<>(found)));
    decisions.addAll(memory.decisions());
    search.resume(memory.searchable(), state, step);
  }

  /** From now on the run shows itself in the namespace's search attributes, too. */
  void searchable() {
    search.registered();
    show();
  }

  RunState state() {
    return state;
  }

  Step step() {
    return step;
  }

  /** How far a step is. */
  StepState stateOf(Step asked) {
    return steps.get(asked).state();
  }

  Instant deadline() {
    return deadline;
  }

  String verification() {
    return verification;
  }

  void state(RunState newState, String newWaitingFor) {
    count(newState);
    state = newState;
    waitingFor = newWaitingFor;
    show();
  }

  private void count(RunState next) {
    if (parkedSince != null && next != RunState.PARKED) {
      RunMetrics.unparked(parkedSince, now());
      parkedSince = null;
    }
    if (next != state) {
      switch (next) {
        case LIVE, ROLLED_BACK, REFUSED -> RunMetrics.ended(next);
        case RUNNING, PAUSED, PARKED, WAITING_FOR_APPROVAL, ROLLING_BACK -> {
          // Goes on.
        }
      }
    }
  }

  void begin(Step newStep) {
    step = newStep;
    StepStatus before = steps.get(newStep);
    String startedAt = before.startedAt() == null ? now().toString() : before.startedAt();
    steps.put(newStep, new StepStatus(newStep, StepState.RUNNING, startedAt, null, ""));
    progress = null;
    state(RunState.RUNNING, "");
  }

  void finish(Step finished, String summary) {
    settle(finished, StepState.DONE, summary);
    show();
  }

  void park(Step parked, TemporalFailure failure) {
    String reason = StepFailures.describe(failure);
    parkedSince = now();
    RunMetrics.parked(parked.name().toLowerCase(Locale.ROOT), StepFailures.typeOf(failure));
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

  void parkRollback(String what, TemporalFailure failure) {
    parkedSince = now();
    RunMetrics.parked("rollback", StepFailures.typeOf(failure));
    String reason = what + " failed. " + StepFailures.describe(failure);
    state(RunState.PARKED, "Rolling back: " + reason);
  }

  void note(Finding finding) {
    List<Finding> found = findings.computeIfAbsent(step, none -> new ArrayList<>());
    // What a step that runs again finds again is said once.
    if (!found.contains(finding)) {
      found.add(finding);
    }
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

  /**
   * @param seen the latest picture of the step at work, or null when none could be had
   */
  void progress(StepProgress seen) {
    progress = seen == null ? progress : seen;
    show();
  }

  private void settle(Step settled, StepState newState, String summary) {
    progress = null;
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
        progress,
        frozenSince,
        deadline == null ? null : deadline.toString(),
        verification,
        waitingFor,
        nextCommands(),
        latestFirst(),
        new ArrayList<>(decisions));
  }

  private List<String> nextCommands() {
    return NextUpdate.in(state, verification, rollingBack).stream()
        .map(update -> update.commandLine(run.workflowId()))
        .toList();
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
    Workflow.setCurrentDetails(Dashboard.markdown(status(), now()));
    search.show(state, step);
  }
}
