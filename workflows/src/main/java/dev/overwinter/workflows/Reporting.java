package dev.overwinter.workflows;

import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.TemporalFailure;

/** The last thing a run does, whichever way it went. A report that fails does not undo a night. */
final class Reporting {
  private Reporting() {}

  static void write(StepStubs stubs, StepInput input, RunRecord record) {
    try {
      stubs.report("write the report").writeReport(input, record.status());
    } catch (TemporalFailure failure) {
      record.note(
          Finding.warning(
              "report", StepFailures.describe(failure), "The query status has the same content."));
    }
  }
}
