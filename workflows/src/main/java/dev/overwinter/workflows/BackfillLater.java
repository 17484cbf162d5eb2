package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.status.LaterStatus;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Carries tables that a {@link FreezeBackfill} has left for later, once that has gone live: export,
 * remap, import and verification, while the application uses the target.
 *
 * <p>A type of its own, not a section of the other's request: it freezes nothing, creates no
 * account and waits for no approval, and histories of the other stay what they are.
 */
@WorkflowInterface
public interface BackfillLater {
  /** The workflow type as the operator types it. */
  String TYPE = "BackfillLater";

  /**
   * Carries the tables.
   *
   * @param request the request; may be null, which is answered like any other wrong request
   * @return the final status
   */
  @WorkflowMethod(name = TYPE)
  LaterStatus run(JsonNode request);

  /** Everything a person may want to know of the run. */
  @QueryMethod(
      name = "status",
      description = "Where the run is, what it waits for, what to type next.")
  LaterStatus status();

  /**
   * Goes back: removes the rows that the run has loaded.
   *
   * @return what was decided, in a sentence
   */
  @UpdateMethod(
      name = "rollback",
      description =
          "Remove the rows that this run has loaded. Input:"
              + " {\"by\":\"your name\",\"reason\":\"why\"}")
  String rollback(JsonNode input);

  /** Rejects a rollback that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "rollback")
  void checkRollback(JsonNode input);

  /**
   * Tries a parked step again.
   *
   * @return what was decided, in a sentence
   */
  @UpdateMethod(
      name = "retryStep",
      description = "Try the parked step again. Input: {\"by\":\"your name\"}")
  String retryStep(JsonNode input);

  /** Rejects a retry that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "retryStep")
  void checkRetryStep(JsonNode input);

  /** {@link #rollback} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "rollback",
      description =
          "Better send the update rollback, which answers. Input: {\"by\":\"your name\",\"reason\":\"why\"}")
  void signalRollback(JsonNode input);

  /** {@link #retryStep} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "retry-step",
      description =
          "Better send the update retryStep, which answers. Input: {\"by\":\"your name\"}")
  void signalRetryStep(JsonNode input);
}
