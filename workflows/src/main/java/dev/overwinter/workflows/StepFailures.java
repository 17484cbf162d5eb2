package dev.overwinter.workflows;

import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;

/** Reads what went wrong in an activity. */
final class StepFailures {
  private StepFailures() {}

  /** What went wrong, for people. */
  static String describe(TemporalFailure failure) {
    ApplicationFailure application = applicationFailure(failure);
    if (application != null) {
      return application.getType() + ": " + application.getOriginalMessage();
    }
    if (failure.getCause() instanceof TimeoutFailure) {
      return "WorkerLost: no worker finished the step. Start a worker, then retry the step.";
    }
    return failure.getOriginalMessage();
  }

  private static ApplicationFailure applicationFailure(TemporalFailure failure) {
    if (failure instanceof ApplicationFailure application) {
      return application;
    }
    return failure instanceof ActivityFailure
            && failure.getCause() instanceof ApplicationFailure application
        ? application
        : null;
  }
}
