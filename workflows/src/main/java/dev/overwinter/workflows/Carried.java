package dev.overwinter.workflows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.overwinter.workflows.request.MigrationRequest;
import io.temporal.workflow.Workflow;

/**
 * What a run that continues as new takes along: all it knows. It travels as the second argument of
 * the next execution and is read by whatever worker takes that up, so fields may be added here and
 * must keep their meaning.
 *
 * @param request the request as it was understood when the run began; never read anew, so that its
 *     defaults stay what they were
 * @param record the account of the run
 * @param desk what operators said
 * @param forward where the way forward rests, or null on the way back
 * @param back where the way back rests, or null on the way forward
 * @param announcements what was told of the freeze, or null from a worker that tells nothing
 */
record Carried(
    MigrationRequest request,
    RunRecord.Memory record,
    OperatorDesk.Memory desk,
    WayForward.Memory forward,
    WayBack.Memory back,
    Announcements.Memory announcements) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Whether there is a second argument at all. */
  static boolean isGiven(JsonNode json) {
    return json != null && !json.isNull() && !json.isMissingNode();
  }

  /**
   * What the execution before this one left, or null for the first one, whatever it was given.
   *
   * @throws IllegalStateException when this worker cannot read it; that fails the workflow task and
   *     not the run, so that a worker that can read it goes on
   */
  static Carried read(JsonNode json) {
    if (!isGiven(json) || Workflow.getInfo().getContinuedExecutionRunId().isEmpty()) {
      return null;
    }
    try {
      return JSON.treeToValue(json, Carried.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "This worker cannot read what the run carried over: start a worker of the version that"
              + " wrote it, or a later one",
          e);
    }
  }

  JsonNode toJson() {
    return JSON.valueToTree(this);
  }
}
