package dev.overwinter.worker.secrecy;

import dev.overwinter.workflows.BackfillLater;
import dev.overwinter.workflows.FreezeBackfill;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, before a worker listens, whether it could read the runs that wait for one. A worker that
 * cannot would take tasks away from those that can, and fail them.
 */
public final class OpenRuns {
  private static final Logger LOG = LoggerFactory.getLogger(OpenRuns.class);

  /** Migrations that run at one time on one task queue are few. */
  private static final int MOST_RUNS = 20;

  private OpenRuns() {}

  /**
   * What of the open runs on a task queue cannot be read with these keys, a sentence for each run.
   * Where the service does not tell, nothing.
   */
  public static List<String> unreadable(WorkflowClient client, String taskQueue, PayloadKeys keys) {
    String query =
        "WorkflowType IN ('%s', '%s') AND ExecutionStatus = 'Running' AND TaskQueue = '%s'"
            .formatted(FreezeBackfill.TYPE, BackfillLater.TYPE, taskQueue.replace("'", "''"));
    try (Stream<WorkflowExecutionMetadata> open = client.listExecutions(query)) {
      List<String> sentences = new ArrayList<>();
      for (WorkflowExecutionMetadata run : open.limit(MOST_RUNS).toList()) {
        Set<String> missing = keyIds(client, run);
        missing.removeAll(keys.ids());
        if (!missing.isEmpty()) {
          sentences.add(
              "run %s holds payloads encrypted with payload key %s, which is missing here: add it to OVERWINTER_PAYLOAD_OLD_KEYS, or set it as OVERWINTER_PAYLOAD_KEY"
                  .formatted(run.getExecution().getWorkflowId(), String.join(" and ", missing)));
        }
      }
      return sentences;
    } catch (StatusRuntimeException e) {
      // The in-memory service cannot list, and a worker may have no right to.
      LOG.info("open runs could not be looked at ({})", e.getStatus().getCode());
      return List.of();
    }
  }

  private static Set<String> keyIds(WorkflowClient client, WorkflowExecutionMetadata run) {
    Set<String> ids = new TreeSet<>();
    try (Stream<HistoryEvent> history =
        client.streamHistory(run.getExecution().getWorkflowId(), run.getExecution().getRunId())) {
      history
          .flatMap(event -> payloads(event).stream())
          .map(EncryptingCodec::keyIdOf)
          .flatMap(Optional::stream)
          .forEach(ids::add);
    }
    return ids;
  }

  /**
   * The payloads that every run has in every step: its input, what steps are told, what they
   * answer.
   */
  private static List<Payload> payloads(HistoryEvent event) {
    return switch (event.getAttributesCase()) {
      case WORKFLOW_EXECUTION_STARTED_EVENT_ATTRIBUTES ->
          event.getWorkflowExecutionStartedEventAttributes().getInput().getPayloadsList();
      case WORKFLOW_EXECUTION_SIGNALED_EVENT_ATTRIBUTES ->
          event.getWorkflowExecutionSignaledEventAttributes().getInput().getPayloadsList();
      case ACTIVITY_TASK_SCHEDULED_EVENT_ATTRIBUTES ->
          event.getActivityTaskScheduledEventAttributes().getInput().getPayloadsList();
      case ACTIVITY_TASK_COMPLETED_EVENT_ATTRIBUTES ->
          event.getActivityTaskCompletedEventAttributes().getResult().getPayloadsList();
      case WORKFLOW_EXECUTION_UPDATE_ACCEPTED_EVENT_ATTRIBUTES ->
          event
              .getWorkflowExecutionUpdateAcceptedEventAttributes()
              .getAcceptedRequest()
              .getInput()
              .getArgs()
              .getPayloadsList();
      default -> List.of();
    };
  }
}
