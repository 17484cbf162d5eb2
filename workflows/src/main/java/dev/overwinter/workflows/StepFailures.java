package dev.overwinter.workflows;

import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;

/** Reads what went wrong in an activity. */
final class StepFailures {
  private static final String WORKER_LOST = "WorkerLost";

  private StepFailures() {}

  /** A failure whose whole content is its message: no stack trace hides it in the web UI. */
  static ApplicationFailure forPeople(String message, FailureType type, Object... details) {
    ApplicationFailure failure =
        ApplicationFailure.newNonRetryableFailure(message, type.typeName(), details);
    failure.setStackTrace(new StackTraceElement[0]);
    return failure;
  }

  /** Which kind of failure it was, a name of few. */
  static String typeOf(TemporalFailure failure) {
    ApplicationFailure application = applicationFailure(failure);
    if (application != null) {
      return application.getType();
    }
    return failure.getCause() instanceof TimeoutFailure ? WORKER_LOST : "Other";
  }

  /** What went wrong, for people. */
  static String describe(TemporalFailure failure) {
    ApplicationFailure application = applicationFailure(failure);
    if (application != null) {
      return application.getType() + ": " + application.getOriginalMessage();
    }
    if (failure.getCause() instanceof TimeoutFailure) {
      return WORKER_LOST + ": no worker finished the step. Start a worker, then retry the step.";
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
