package dev.overwinter.sandbox.temporal;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;

/**
 * Keeps workflow tasks off the queue of a single worker. The test server, other than the real one,
 * goes on sending them there after that worker has died, and the run would wait for ever.
 */
public final class StickyQueueStripper implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void sendMessage(Q message) {
        super.sendMessage(stripped(message));
      }
    };
  }

  @SuppressWarnings("unchecked")
  private static <Q> Q stripped(Q message) {
    if (message instanceof RespondWorkflowTaskCompletedRequest completed) {
      return (Q) completed.toBuilder().clearStickyAttributes().build();
    }
    return message;
  }
}
