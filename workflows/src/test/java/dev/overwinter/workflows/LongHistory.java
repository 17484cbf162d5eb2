package dev.overwinter.workflows;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;

/**
 * Makes the test server suggest continuing as new from an event on, as the real one does. Put
 * between worker and server, so that live execution and replay see the same.
 */
final class LongHistory implements ClientInterceptor {
  private final long suggestedFrom;

  /**
   * @param suggestedFrom the event of an execution from which on it is suggested
   */
  LongHistory(long suggestedFrom) {
    this.suggestedFrom = suggestedFrom;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onMessage(A message) {
                super.onMessage(suggesting(message));
              }
            },
            headers);
      }
    };
  }

  @SuppressWarnings("unchecked")
  private <A> A suggesting(A message) {
    if (message instanceof PollWorkflowTaskQueueResponse task) {
      return (A) task.toBuilder().setHistory(suggesting(task.getHistory())).build();
    }
    if (message instanceof GetWorkflowExecutionHistoryResponse page) {
      return (A) page.toBuilder().setHistory(suggesting(page.getHistory())).build();
    }
    return message;
  }

  private History suggesting(History history) {
    History.Builder result = history.toBuilder();
    for (HistoryEvent.Builder event : result.getEventsBuilderList()) {
      if (event.hasWorkflowTaskStartedEventAttributes() && event.getEventId() >= suggestedFrom) {
        event.getWorkflowTaskStartedEventAttributesBuilder().setSuggestContinueAsNew(true);
      }
    }
    return result.build();
  }
}
