package dev.overwinter.worker.wiring;

import dev.overwinter.workflows.steps.NamespaceActivities;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.Activity;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the service that the activity came from. */
final class NamespaceActivitiesImpl implements NamespaceActivities {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceActivitiesImpl.class);

  @Override
  public boolean hasSearchAttributes() {
    WorkflowClient client = Activity.getExecutionContext().getWorkflowClient();
    try {
      Map<String, IndexedValueType> known = searchAttributes(client);
      boolean registered =
          known.get(STATE) == IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
              && known.get(STEP) == IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
              && known.get(NEEDS_OPERATOR) == IndexedValueType.INDEXED_VALUE_TYPE_BOOL;
      if (!registered) {
        LOG.info(
            "runs are not listed by state: {} and {} (Keyword) and {} (Bool) are not registered as search attributes",
            STATE,
            STEP,
            NEEDS_OPERATOR);
      }
      return registered;
    } catch (StatusRuntimeException e) {
      LOG.info("the service does not tell its search attributes: {}", e.getStatus().getCode());
      return false;
    }
  }

  private static Map<String, IndexedValueType> searchAttributes(WorkflowClient client) {
    // The worker's own channel, which is encrypted where it should be, with its credentials.
    WorkflowServiceStubsOptions options = client.getWorkflowServiceStubs().getOptions();
    OperatorServiceStubs stubs =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder()
                .setChannel(client.getWorkflowServiceStubs().getRawChannel())
                .setHeaders(options.getHeaders())
                .setGrpcMetadataProviders(options.getGrpcMetadataProviders())
                .setGrpcClientInterceptors(options.getGrpcClientInterceptors())
                .validateAndBuildWithDefaults());
    return stubs
        .blockingStub()
        .listSearchAttributes(
            ListSearchAttributesRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .build())
        .getCustomAttributesMap();
  }
}
