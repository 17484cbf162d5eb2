package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** The last lines of a watched run: each step in figures, and how it ended. */
final class RunSummary {
  private RunSummary() {}

  static void print(RunOutcome outcome, Console console) {
    console.line("");
    RunStatus status = outcome.status();
    if (status == null) {
      console.line(Tone.BAD, outcome.failure());
      return;
    }
    status.steps().stream()
        .filter(step -> step.state() != StepState.PENDING)
        .forEach(step -> console.line(row(step)));
    frozen(status).ifPresent(console::line);
    if (status.verification() != null) {
      console.line(
          row("digest", "", "verified " + StatusPrinter.shortDigest(status.verification())));
    }
    console.line("");
    long blockers = FoldedFindings.count(status.findings(), Severity.BLOCKER);
    if (status.state() == RunState.REFUSED && blockers > 0) {
      // They were shown when they were found.
      console.line(
          Tone.BAD,
          "REFUSED: %s above; nothing was touched. Settle what is in the way, then start a new run."
              .formatted(blockers == 1 ? "1 blocker, see" : blockers + " blockers, see"));
      return;
    }
    console.line(status.state() == RunState.LIVE ? Tone.GOOD : Tone.BAD, verdict(status.state()));
    if (!outcome.failure().isEmpty()) {
      console.line(outcome.failure());
    }
  }

  private static String row(StepStatus step) {
    String figures =
        switch (step.state()) {
          case PENDING, DONE -> step.headline();
          case RUNNING -> "not finished";
          case PARKED -> "stopped";
          case ABANDONED -> "given up";
        };
    String took = StatusPrinter.took(step).isPresent() ? StatusPrinter.tookText(step) : "";
    return row(step.step().title(), took, figures);
  }

  private static String row(String title, String took, String figures) {
    return "%-12s  %12s  %s".formatted(title, took, figures).stripTrailing();
  }

  /** By two clocks, the source's and Temporal's, so that it is no more exact than they agree. */
  private static Optional<String> frozen(RunStatus status) {
    if (status.frozenSince() == null) {
      return Optional.empty();
    }
    return status.steps().stream()
        .filter(step -> step.step() == Step.GO_LIVE && step.state() == StepState.DONE)
        .map(
            step ->
                Duration.between(
                    Instant.parse(status.frozenSince()), Instant.parse(step.finishedAt())))
        .map(time -> row("frozen", ProgressText.duration(time), "neither side took writes"))
        .findFirst();
  }

  private static String verdict(RunState state) {
    return switch (state) {
      case LIVE -> "LIVE: the target takes writes; the source stays frozen.";
      case ROLLED_BACK -> "ROLLED BACK: the source takes writes as before; the target is as found.";
      case REFUSED -> "REFUSED: nothing was touched.";
      case RUNNING, PAUSED, PARKED, WAITING_FOR_APPROVAL, ROLLING_BACK ->
          "ENDED while " + state.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ".";
    };
  }
}
