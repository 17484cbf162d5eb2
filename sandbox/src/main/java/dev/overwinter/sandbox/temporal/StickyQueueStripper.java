package dev.overwinter.sandbox.temporal;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;

/**
 * Keeps workflow tasks off the queue of a single worker. The test server, other than the real one,
 * goes on sending them there after that worker has died, and the run would wait for ever.
 */
final class StickyQueueStripper implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        super.onMessage(stripped(message));
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
