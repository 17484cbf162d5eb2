package dev.overwinter.worker.temporal;

import io.grpc.StatusRuntimeException;
import io.temporal.api.namespace.v1.NamespaceConfig;
import io.temporal.api.workflowservice.v1.UpdateNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server that was started on this machine is told about its namespace. */
final class Namespaces {
  private static final Logger LOG = LoggerFactory.getLogger(Namespaces.class);
  private static final String DEFAULT = "default";

  private Namespaces() {}

  /**
   * Sets for how long the default namespace keeps ended runs. A server that refuses is a warning:
   * runs go on all the same, only their history is gone sooner.
   */
  static void retain(String address, Duration retention) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
    try {
      stubs
          .blockingStub()
          .updateNamespace(
              UpdateNamespaceRequest.newBuilder()
                  .setNamespace(DEFAULT)
                  .setConfig(
                      NamespaceConfig.newBuilder()
                          .setWorkflowExecutionRetentionTtl(
                              com.google.protobuf.Duration.newBuilder()
                                  .setSeconds(retention.toSeconds())))
                  .build());
    } catch (StatusRuntimeException e) {
      LOG.warn(
          "Temporal keeps ended runs only as long as its namespace says, {} days were refused: {}",
          retention.toDays(),
          e.getStatus());
    } finally {
      stubs.shutdownNow();
    }
  }
}
