package dev.overwinter.worker.temporal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.FreezeBackfill;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;

/** Starts runs. */
public final class RunStarter {
  private RunStarter() {}

  /**
   * Starts a run under an id that was never used.
   *
   * @return false when there is or was a run with this id, which is left alone
   */
  public static boolean start(
      WorkflowClient client, String workflowId, String taskQueue, JsonNode request) {
    WorkflowOptions options =
        WorkflowOptions.newBuilder()
            .setWorkflowId(workflowId)
            .setTaskQueue(taskQueue)
            .setWorkflowIdReusePolicy(
                WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
            .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
            .setStaticSummary("Migration from Supabase to PostgreSQL and Stack Auth")
            .setStaticDetails(
                "What it waits for and what to do next stands under **Current Details**.")
            .build();
    try {
      client.newUntypedWorkflowStub(FreezeBackfill.TYPE, options).start(request);
      return true;
    } catch (WorkflowExecutionAlreadyStarted e) {
      return false;
    }
  }
}
