package dev.overwinter.sandbox.temporal;

import com.google.protobuf.ByteString;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.temporal.api.command.v1.Command;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Turns away a workflow task that cancels an activity which has just ended, as the real server
 * does, so that the worker gets another one with the news. The test server instead obeys half of
 * such a task and rejects the rest, after which the run can never be replayed. Nothing may end
 * between the look and the obeying, hence the lock.
 */
final class CancelRaceGuard implements ServerInterceptor {
  private static final Set<String> REPORTS =
      Set.of(
          "RespondActivityTaskCompleted",
          "RespondActivityTaskFailed",
          "RespondActivityTaskCanceled");

  private final Supplier<WorkflowServiceGrpc.WorkflowServiceBlockingStub> server;
  private final ReadWriteLock reports = new ReentrantReadWriteLock();
  private final Map<ByteString, Task> tasks = new ConcurrentHashMap<>();

  /**
   * @param server a client of the guarded server itself
   */
  CancelRaceGuard(Supplier<WorkflowServiceGrpc.WorkflowServiceBlockingStub> server) {
    this.server = server;
  }

  /** A workflow task that was handed out. */
  private record Task(WorkflowExecution execution, Map<Long, String> activityIds) {}

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getBareMethodName();
    if (REPORTS.contains(method)) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onHalfClose() {
          locked(reports.readLock(), super::onHalfClose);
        }
      };
    }
    return switch (String.valueOf(method)) {
      case "PollWorkflowTaskQueue" -> next.startCall(noting(call), headers);
      case "RespondWorkflowTaskCompleted" -> guarding(call, next.startCall(call, headers));
      default -> next.startCall(call, headers);
    };
  }

  private <Q, A> ServerCall<Q, A> noting(ServerCall<Q, A> call) {
    return new SimpleForwardingServerCall<>(call) {
      @Override
      public void sendMessage(A message) {
        if (message instanceof PollWorkflowTaskQueueResponse task && !task.hasQuery()) {
          note(task);
        }
        super.sendMessage(message);
      }
    };
  }

  private void note(PollWorkflowTaskQueueResponse task) {
    // A task that nobody answers is handed out again under another token.
    tasks.values().removeIf(old -> old.execution().equals(task.getWorkflowExecution()));
    Map<Long, String> activityIds = new HashMap<>();
    for (HistoryEvent event : task.getHistory().getEventsList()) {
      if (event.hasActivityTaskScheduledEventAttributes()) {
        activityIds.put(
            event.getEventId(), event.getActivityTaskScheduledEventAttributes().getActivityId());
      }
    }
    if (!task.getTaskToken().isEmpty()) {
      tasks.put(task.getTaskToken(), new Task(task.getWorkflowExecution(), activityIds));
    }
  }

  private <Q, A> ServerCall.Listener<Q> guarding(
      ServerCall<Q, A> call, ServerCall.Listener<Q> listener) {
    return new SimpleForwardingServerCallListener<>(listener) {
      private RespondWorkflowTaskCompletedRequest request;

      @Override
      public void onMessage(Q message) {
        request = (RespondWorkflowTaskCompletedRequest) message;
        super.onMessage(message);
      }

      @Override
      public void onHalfClose() {
        Task task = tasks.remove(request.getTaskToken());
        List<Long> cancelled = cancelledBy(request);
        if (task == null || cancelled.isEmpty()) {
          super.onHalfClose();
          return;
        }
        locked(
            reports.writeLock(),
            () -> {
              if (areOpen(request.getNamespace(), task, cancelled)) {
                super.onHalfClose();
              } else {
                turnAway(request);
                call.close(
                    Status.INVALID_ARGUMENT.withDescription("UnhandledCommand"), new Metadata());
              }
            });
      }
    };
  }

  private static List<Long> cancelledBy(RespondWorkflowTaskCompletedRequest request) {
    return request.getCommandsList().stream()
        .filter(Command::hasRequestCancelActivityTaskCommandAttributes)
        .map(
            command ->
                command.getRequestCancelActivityTaskCommandAttributes().getScheduledEventId())
        .toList();
  }

  private boolean areOpen(String namespace, Task task, List<Long> scheduledEventIds) {
    Set<String> open =
        server
            .get()
            .describeWorkflowExecution(
                DescribeWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace)
                    .setExecution(task.execution())
                    .build())
            .getPendingActivitiesList()
            .stream()
            .map(PendingActivityInfo::getActivityId)
            .collect(Collectors.toSet());
    return scheduledEventIds.stream().allMatch(id -> open.contains(task.activityIds().get(id)));
  }

  private void turnAway(RespondWorkflowTaskCompletedRequest request) {
    server
        .get()
        .respondWorkflowTaskFailed(
            RespondWorkflowTaskFailedRequest.newBuilder()
                .setNamespace(request.getNamespace())
                .setTaskToken(request.getTaskToken())
                .setCause(WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND)
                .build());
  }

  private static void locked(Lock lock, Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
