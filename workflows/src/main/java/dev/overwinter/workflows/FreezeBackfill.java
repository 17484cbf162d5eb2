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
   * The task queue that workers take lanes from, one of export or of import each: what a worker
   * does not take from there another one does, and what else there is to do never waits for a lane.
   *
   * @param taskQueue the run's
   */
  static String queueOfLanes(String taskQueue) {
    return taskQueue + "-lanes";
  }

  /**
   * Runs the migration.
   *
   * @param request the request; may be null, which is answered like any other wrong request
   * @param carried what a run takes along when it continues as new; never given by a person, and
   *     refused when it is
   * @return the final status
   */
  @WorkflowMethod(name = TYPE)
  RunStatus run(JsonNode request, JsonNode carried);

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
          "Go live with what was verified. Input, with the digest that current details (tab User"
              + " Metadata) and the query status show:"
              + " {\"by\":\"your name\",\"verification\":\"THE DIGEST\"}")
  String approveGoLive(JsonNode input);

  /** Rejects an approval that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "approveGoLive")
  void checkApproveGoLive(JsonNode input);

  /** Rolls the run back. */
  @UpdateMethod(
      name = "rollback",
      description =
          "Go back, at any point before going live: the source takes writes again, the target is"
              + " as it was found. Input: {\"by\":\"your name\",\"reason\":\"why\"}")
  String rollback(JsonNode input);

  /** Rejects a rollback that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "rollback")
  void checkRollback(JsonNode input);

  /** Tries the parked step again. */
  @UpdateMethod(
      name = "retryStep",
      description =
          "Try the parked step again, once its cause is removed. Input: {\"by\":\"your name\"}")
  String retryStep(JsonNode input);

  /** Rejects a retry when nothing is parked. */
  @UpdateValidatorMethod(updateName = "retryStep")
  void checkRetryStep(JsonNode input);

  /** Stops before the next step. */
  @UpdateMethod(
      name = "pause",
      description =
          "Stop before the next step; the frozen window goes on. Input: {\"by\":\"your name\"}")
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
      description =
          "Let the source stay frozen longer, here by one hour. Input:"
              + " {\"by\":\"your name\",\"for\":\"PT1H\"}")
  String extendDeadline(JsonNode input);

  /** Rejects an extension that cannot be obeyed. */
  @UpdateValidatorMethod(updateName = "extendDeadline")
  void checkExtendDeadline(JsonNode input);

  /** {@link #approveGoLive} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "approve-go-live",
      description =
          "Better send the update approveGoLive, which answers. Input: {\"by\":\"your name\",\"verification\":\"THE DIGEST\"}")
  void signalApproveGoLive(JsonNode input);

  /** {@link #rollback} for those who script; recorded and shown when it cannot be obeyed. */
  @SignalMethod(
      name = "rollback",
      description =
          "Better send the update rollback, which answers. Input: {\"by\":\"your name\",\"reason\":\"why\"}")
  void signalRollback(JsonNode input);

  /** {@link #retryStep} for those who script. */
  @SignalMethod(
      name = "retry-step",
      description =
          "Better send the update retryStep, which answers. Input: {\"by\":\"your name\"}")
  void signalRetryStep(JsonNode input);

  /** {@link #pause} for those who script. */
  @SignalMethod(
      name = "pause",
      description = "Better send the update pause, which answers. Input: {\"by\":\"your name\"}")
  void signalPause(JsonNode input);

  /** {@link #resume} for those who script. */
  @SignalMethod(
      name = "resume",
      description = "Better send the update resume, which answers. Input: {\"by\":\"your name\"}")
  void signalResume(JsonNode input);

  /** {@link #extendDeadline} for those who script. */
  @SignalMethod(
      name = "extend-deadline",
      description =
          "Better send the update extendDeadline, which answers. Input: {\"by\":\"your name\",\"for\":\"PT1H\"}")
  void signalExtendDeadline(JsonNode input);
}
