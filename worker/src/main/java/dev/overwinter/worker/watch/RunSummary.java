package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import java.util.Locale;

/** The last lines of a watched run. */
final class RunSummary {
  private RunSummary() {}

  static void print(RunOutcome outcome, Console console) {
    console.line("");
    RunStatus status = outcome.status();
    if (status != null) {
      for (StepStatus step : status.steps()) {
        if (step.state() != StepState.PENDING) {
          console.line(row(step));
        }
      }
      if (status.frozenSince() != null) {
        console.line("source frozen since  " + status.frozenSince());
      }
      if (status.verification() != null) {
        console.line("verification digest  " + status.verification());
      }
      console.line("");
      console.line(verdict(status.state()));
    }
    if (!outcome.failure().isEmpty()) {
      console.line(outcome.failure());
    }
  }

  private static String row(StepStatus step) {
    boolean timed = step.startedAt() != null && step.finishedAt() != null;
    return "%-12s  %-9s  %12s  %s"
        .formatted(
            step.step().title(),
            step.state().name().toLowerCase(Locale.ROOT),
            timed ? StatusPrinter.tookText(step) : "",
            step.summary())
        .stripTrailing();
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
