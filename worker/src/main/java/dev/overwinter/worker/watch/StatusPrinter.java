package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
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
import java.util.function.Function;

/** Prints what changed from one status of a run to the next. Not thread-safe. */
final class StatusPrinter {
  private static final Set<RunState> WAITS =
      EnumSet.of(RunState.PAUSED, RunState.PARKED, RunState.WAITING_FOR_APPROVAL);

  private final Console console;
  private final Map<Step, StepState> shownSteps = new EnumMap<>(Step.class);
  private final List<Decision> shownDecisions = new ArrayList<>();
  private final List<Finding> shownFindings = new ArrayList<>();
  private String shownWaiting = "";

  StatusPrinter(Console console) {
    this.console = console;
  }

  void show(RunStatus status, Optional<Progress> progress) {
    status.steps().forEach(this::showStep);
    showNew(status.findings(), shownFindings, StatusPrinter::text);
    showNew(status.decisions(), shownDecisions, StatusPrinter::text);
    showProgress(status, progress);
    showWaiting(status);
  }

  private void showStep(StepStatus step) {
    StepState before = shownSteps.put(step.step(), step.state());
    if (step.state() == before || step.state() == StepState.PENDING) {
      return;
    }
    console.endProgress();
    String what =
        switch (step.state()) {
          case PENDING, RUNNING -> "…";
          case PARKED -> "stopped, waits for you.";
          case DONE -> "done in " + tookText(step) + ".";
          case ABANDONED -> "given up.";
        };
    console.line(
        "%-12s  %s %s".formatted(step.step().title(), what, step.summary()).stripTrailing());
  }

  static String tookText(StepStatus step) {
    return took(step).map(ProgressText::duration).orElse("no time known");
  }

  private static Optional<Duration> took(StepStatus step) {
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

  private void showProgress(RunStatus status, Optional<Progress> progress) {
    boolean works = status.state() == RunState.RUNNING || status.state() == RunState.ROLLING_BACK;
    if (works && progress.isPresent()) {
      String title = status.state() == RunState.ROLLING_BACK ? "roll back" : status.step().title();
      console.progress(title, progress.get());
    } else if (!works) {
      console.endProgress();
    }
  }

  private void showWaiting(RunStatus status) {
    String waiting =
        status.state() + status.waitingFor() + status.verification() + status.deadline();
    if (waiting.equals(shownWaiting)) {
      return;
    }
    shownWaiting = waiting;
    if (status.waitingFor().isEmpty()) {
      return;
    }
    if (!WAITS.contains(status.state())) {
      console.line(status.waitingFor());
      return;
    }
    console.line("");
    console.line("WAITING: " + status.waitingFor());
    if (status.state() == RunState.WAITING_FOR_APPROVAL && status.verification() != null) {
      console.line("Verification digest: " + status.verification());
    }
    if (status.deadline() != null) {
      console.line("The frozen window ends at " + status.deadline() + ".");
    }
    if (!status.nextCommands().isEmpty()) {
      console.line("Next, one of:");
      status.nextCommands().forEach(command -> console.line("  " + command));
    }
  }

  private <T> void showNew(List<T> now, List<T> shown, Function<T, String> text) {
    for (T element : now) {
      if (!shown.contains(element)) {
        console.line(text.apply(element));
      }
    }
    shown.clear();
    shown.addAll(now);
  }

  private static String text(Finding finding) {
    String remedy = finding.remedy().isEmpty() ? "" : " " + finding.remedy();
    return "%-8s %s: %s%s"
        .formatted(finding.severity(), finding.object(), finding.message(), remedy);
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
