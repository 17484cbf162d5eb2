package dev.overwinter.workflows;

import java.util.Objects;

/**
 * Names one run of a migration, the same for every activity, attempt and continue-as-new of it.
 *
 * @param workflowId the id the operator chose; shown to people; not unique over time
 * @param runId the first execution's run id, a UUID made by Temporal; unique for ever, so it is the
 *     key in the ledger and in both guards
 */
public record RunKey(String workflowId, String runId) {
  public RunKey {
    Objects.requireNonNull(workflowId, "workflowId");
    Objects.requireNonNull(runId, "runId");
  }
}
