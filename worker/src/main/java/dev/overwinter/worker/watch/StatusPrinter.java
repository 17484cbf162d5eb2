package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Prints what changed from one status of a run to the next. Not thread-safe. */
final class StatusPrinter {
  private static final Set<RunState> WAITS =
      EnumSet.of(RunState.PAUSED, RunState.PARKED, RunState.WAITING_FOR_APPROVAL);

  /** More notes than these at a time are counted only. */
  private static final int MOST_NOTES = 2;

  /** As much of a digest as people compare. */
  private static final int DIGEST_CHARACTERS = 16;

  private final Console console;
  private final Map<Step, StepState> shownSteps = new EnumMap<>(Step.class);
  private final List<Decision> shownDecisions = new ArrayList<>();
  private final List<Finding> shownFindings = new ArrayList<>();
  private final List<String> saidHere = new ArrayList<>();
  private String shownWaiting = "";

  StatusPrinter(Console console) {
    this.console = console;
  }

  /** Notes that the run's answer to an order was shown, which need not be told again. */
  void answerShown(String order) {
    saidHere.add(order);
  }

  void show(RunStatus status, Optional<Progress> progress) {
    // What a step found belongs between its end and the next one's beginning.
    status.steps().stream()
        .filter(step -> step.state() != StepState.RUNNING)
        .forEach(this::showStep);
    showFindings(status.findings(), status.state());
    showDecisions(status.decisions());
    status.steps().stream()
        .filter(step -> step.state() == StepState.RUNNING)
        .forEach(this::showStep);
    showProgress(status, progress);
    showWaiting(status);
  }

  private void showStep(StepStatus step) {
    StepState before = shownSteps.put(step.step(), step.state());
    if (step.state() == before || step.state() == StepState.PENDING) {
      return;
    }
    String title = "%-12s".formatted(step.step().title());
    switch (step.state()) {
      case PENDING, RUNNING -> console.begin(title);
      case PARKED -> tell(Tone.BAD, title, "stopped, waits for you. " + step.summary());
      case DONE ->
          tell(Tone.PLAIN, title, "done in %s. %s".formatted(tookText(step), step.summary()));
      case ABANDONED -> tell(Tone.ATTENTION, title, "given up. " + step.summary());
    }
  }

  private void tell(Tone tone, String title, String text) {
    console.endProgress();
    console.line(tone, title, ("  " + text).stripTrailing());
  }

  static String tookText(StepStatus step) {
    return took(step).map(ProgressText::duration).orElse("no time known");
  }

  static Optional<Duration> took(StepStatus step) {
    if (step.startedAt() == null || step.finishedAt() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Duration.between(Instant.parse(step.startedAt()), Instant.parse(step.finishedAt())));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static String shortDigest(String digest) {
    return digest.substring(0, Math.min(DIGEST_CHARACTERS, digest.length()));
  }

  private void showProgress(RunStatus status, Optional<Progress> progress) {
    boolean works = status.state() == RunState.RUNNING || status.state() == RunState.ROLLING_BACK;
    if (works && progress.isPresent()) {
      String title = status.state() == RunState.ROLLING_BACK ? "roll back" : status.step().title();
      console.progress(title, progress.get(), expectedEnd(status));
    } else if (!works) {
      console.endProgress();
    }
  }

  private static Optional<Instant> expectedEnd(RunStatus status) {
    StepProgress seen = status.progress();
    if (seen == null || seen.step() != status.step() || seen.expectedEnd() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(seen.expectedEnd()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private void showWaiting(RunStatus status) {
    String waiting =
        status.state() + status.waitingFor() + status.verification() + status.deadline();
    if (waiting.equals(shownWaiting)) {
      return;
    }
    shownWaiting = waiting;
    if (status.waitingFor().isEmpty() || status.state() == RunState.REFUSED) {
      return;
    }
    console.endProgress();
    if (!WAITS.contains(status.state())) {
      boolean back = status.state() == RunState.ROLLING_BACK;
      console.line((back ? "rolling back  " : "") + status.waitingFor());
      return;
    }
    console.line("");
    console.line(Tone.STRONG, "WAITING: " + status.waitingFor());
    if (status.state() == RunState.WAITING_FOR_APPROVAL && status.verification() != null) {
      console.line("Verification digest: " + shortDigest(status.verification()));
    }
    if (status.deadline() != null) {
      console.line(
          "The frozen window ends at %s.".formatted(ProgressText.moment(status.deadline())));
    }
    if (!status.nextCommands().isEmpty()) {
      console.line("Next, one of:");
      status.nextCommands().forEach(console::command);
    }
  }

  private void showFindings(List<Finding> findings, RunState state) {
    List<Finding> fresh =
        findings.stream().filter(finding -> !shownFindings.contains(finding)).toList();
    shownFindings.clear();
    shownFindings.addAll(findings);
    if (!fresh.isEmpty()) {
      console.endProgress();
    }
    long notes = FoldedFindings.count(fresh, Severity.NOTE);
    for (Finding finding : FoldedFindings.of(fresh)) {
      if (finding.severity() != Severity.NOTE || notes <= MOST_NOTES) {
        console.line(tone(finding.severity()), "%-8s".formatted(finding.severity()), text(finding));
      }
    }
    if (notes > MOST_NOTES) {
      // A refused run leaves no report.
      console.line(
          "NOTE      %d notes, %s"
              .formatted(
                  notes,
                  state == RunState.REFUSED
                      ? "to be seen with overwinter plan --notes"
                      : "listed in the report (report.json)"));
    }
  }

  private static Tone tone(Severity severity) {
    return switch (severity) {
      case BLOCKER -> Tone.BAD;
      case WARNING -> Tone.ATTENTION;
      case NOTE -> Tone.PLAIN;
    };
  }

  private static String text(Finding finding) {
    String remedy = finding.remedy().isEmpty() ? "" : " → " + finding.remedy();
    return "  %s: %s%s".formatted(finding.object(), finding.message(), remedy);
  }

  private void showDecisions(List<Decision> decisions) {
    for (Decision decision : decisions) {
      if (!shownDecisions.contains(decision)
          && !(decision.obeyed() && saidHere.remove(decision.what()))) {
        console.line(text(decision));
      }
    }
    shownDecisions.clear();
    shownDecisions.addAll(decisions);
  }

  private static String text(Decision decision) {
    return "%s by %s: %s%s"
        .formatted(
            decision.what(),
            decision.who(),
            decision.obeyed() ? "obeyed" : "not obeyed",
            decision.note().isEmpty() ? "" : ", " + decision.note());
  }
}
