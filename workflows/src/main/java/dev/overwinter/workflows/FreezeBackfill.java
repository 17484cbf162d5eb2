package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One migration night: preflight, freeze, export, create users, remap, import, verify, approval, go
 * live; and from every point before go-live, rollback.
 *
 * <p>Every input is a plain JSON tree, so that a misspelt field reaches this code, which can say
 * what is wrong, instead of ending in Temporal's own conversion, which hangs a run or drops a
 * signal.
 */
@WorkflowInterface
public interface FreezeBackfill {
  /** The workflow type as the operator types it. */
  String TYPE = "FreezeBackfill";

  /** The task queue that workers listen on unless told otherwise. */
  String TASK_QUEUE = "overwinter";

  /**
   * Runs the migration.
   *
   * @param request the request; may be null, which is answered like any other wrong request
   * @return the final status
   */
  @WorkflowMethod(name = TYPE)
  RunStatus run(JsonNode request);

  /** Everything a person may want to know of the run. */
  @QueryMethod(
      name = "status",
      description = "Where the run is, what it waits for, what to type next.")
  RunStatus status();

  /**
   * Approves going live with exactly what verification passed on.
   *
   * @return what was decided, in a sentence
   */
  @UpdateMethod(
      name = "approveGoLive",
      description =
          "Approve going live. Input: {\"by\":\"your name\",\"verification\":\"digest from status\"}")
  String approveGoLive(JsonNode input);

  /** Rejects an approval that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "approveGoLive")
  void checkApproveGoLive(JsonNode input);

  /** Rolls the run back. */
  @UpdateMethod(
      name = "rollback",
      description =
          "Roll back: the source writable again, the target as found. Input: {\"by\":\"your name\",\"reason\":\"…\"}")
  String rollback(JsonNode input);

  /** Rejects a rollback that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "rollback")
  void checkRollback(JsonNode input);

  /** Tries the parked step again. */
  @UpdateMethod(
      name = "retryStep",
      description = "Try the parked step again. Input: {\"by\":\"your name\"}")
  String retryStep(JsonNode input);

  /** Rejects a retry when nothing is parked. */
  @UpdateValidatorMethod(updateName = "retryStep")
  void checkRetryStep(JsonNode input);

  /** Stops before the next step. */
  @UpdateMethod(
      name = "pause",
      description = "Stop before the next step. Input: {\"by\":\"your name\"}")
  String pause(JsonNode input);

  /** Rejects a pause that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "pause")
  void checkPause(JsonNode input);

  /** Goes on after a pause. */
  @UpdateMethod(name = "resume", description = "Go on after a pause. Input: {\"by\":\"your name\"}")
  String resume(JsonNode input);

  /** Rejects a resume when the run is not paused. */
  @UpdateValidatorMethod(updateName = "resume")
  void checkResume(JsonNode input);

  /** Moves the end of the frozen window. */
  @UpdateMethod(
      name = "extendDeadline",
      description = "Extend the frozen window. Input: {\"by\":\"your name\",\"for\":\"PT1H\"}")
  String extendDeadline(JsonNode input);

  /** Rejects an extension that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "extendDeadline")
  void checkExtendDeadline(JsonNode input);

  /** {@link #approveGoLive} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "approve-go-live",
      description =
          "As update approveGoLive, without an answer. Input: {\"by\":\"…\",\"verification\":\"…\"}")
  void signalApproveGoLive(JsonNode input);

  /** {@link #rollback} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "rollback",
      description = "As update rollback, without an answer. Input: {\"by\":\"…\",\"reason\":\"…\"}")
  void signalRollback(JsonNode input);

  /** {@link #retryStep} for those who script. */
  @SignalMethod(
      name = "retry-step",
      description = "As update retryStep, without an answer. Input: {\"by\":\"…\"}")
  void signalRetryStep(JsonNode input);

  /** {@link #pause} for those who script. */
  @SignalMethod(
      name = "pause",
      description = "As update pause, without an answer. Input: {\"by\":\"…\"}")
  void signalPause(JsonNode input);

  /** {@link #resume} for those who script. */
  @SignalMethod(
      name = "resume",
      description = "As update resume, without an answer. Input: {\"by\":\"…\"}")
  void signalResume(JsonNode input);

  /** {@link #extendDeadline} for those who script. */
  @SignalMethod(
      name = "extend-deadline",
      description =
          "As update extendDeadline, without an answer. Input: {\"by\":\"…\",\"for\":\"PT1H\"}")
  void signalExtendDeadline(JsonNode input);
}
