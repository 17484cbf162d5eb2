package dev.overwinter.activities.schema;

import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;

/**
 * Something of the source that the run does not create in the target.
 *
 * @param severity a blocker when rows would have no home
 * @param object what it is
 * @param reason why, as the end of a sentence
 * @param remedy what to do; empty for a note
 */
record LeftOut(Severity severity, String object, String reason, String remedy) {
  Finding finding() {
    return new Finding(
        severity, object, "It is not created in the target: " + reason + ".", remedy);
  }
}
