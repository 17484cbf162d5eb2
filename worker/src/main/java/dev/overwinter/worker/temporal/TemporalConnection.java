package dev.overwinter.worker.temporal;

import dev.overwinter.worker.settings.TemporalSettings;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A connection to a Temporal service that has answered once. Thread-safe. */
public final class TemporalConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;
  private final String address;

  private TemporalConnection(WorkflowServiceStubs stubs, WorkflowClient client, String address) {
    this.stubs = stubs;
    this.client = client;
    this.address = address;
  }

  /**
   * Whether somebody said where Temporal is: a variable, Temporal's profile file, or our settings.
   */
  public static boolean isConfigured(TemporalSettings settings, Map<String, String> environment) {
    return settings.address() != null || profile(environment).getAddress() != null;
  }

  /**
   * Connects as Temporal's own variables and profile file say, then as our settings say, else to
   * {@code 127.0.0.1:7233}.
   *
   * @throws TemporalUnavailableException when it does not answer within ten seconds
   */
  public static TemporalConnection open(
      TemporalSettings settings, Map<String, String> environment) {
    ClientConfigProfile profile = profile(environment);
    WorkflowServiceStubsOptions.Builder stubs;
    try {
      stubs = WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions());
    } catch (RuntimeException e) {
      throw new TemporalUnavailableException(
          "Temporal's profile names certificates or keys that cannot be used (%s): check TEMPORAL_TLS_* and the profile file"
              .formatted(e.getCause() == null ? e.getClass().getName() : e.getCause()));
    }
    if (profile.getAddress() == null && settings.address() != null) {
      stubs.setTarget(settings.address());
    }
    WorkflowClientOptions.Builder client =
        WorkflowClientOptions.newBuilder(profile.toWorkflowClientOptions());
    if (profile.getNamespace() == null && settings.namespace() != null) {
      client.setNamespace(settings.namespace());
    }
    return connect(stubs, client);
  }

  /** Connects to a service that was started on this machine. */
  public static TemporalConnection open(LocalTemporal.Service service) {
    return open(service.address());
  }

  /** Connects to an address without TLS, as services on one machine are reached. */
  public static TemporalConnection open(String address) {
    return connect(
        WorkflowServiceStubsOptions.newBuilder().setTarget(address),
        WorkflowClientOptions.newBuilder());
  }

  private static TemporalConnection connect(
      WorkflowServiceStubsOptions.Builder stubsOptions, WorkflowClientOptions.Builder options) {
    WorkflowServiceStubsOptions built = stubsOptions.validateAndBuildWithDefaults();
    WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(built);
    try {
      stubs.connect(PATIENCE);
    } catch (StatusRuntimeException | IllegalStateException e) {
      stubs.shutdownNow();
      throw new TemporalUnavailableException(
          "Temporal does not answer at %s: start it, or set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE, TEMPORAL_TLS_*, TEMPORAL_API_KEY) to where it is"
              .formatted(built.getTarget()));
    }
    WorkflowClientOptions clientOptions =
        options
            // Reports about this host are nobody's business during a migration.
            .setDisableWorkerEnvironmentInfo(true)
            .validateAndBuildWithDefaults();
    return new TemporalConnection(
        stubs, WorkflowClient.newInstance(stubs, clientOptions), built.getTarget());
  }

  private static ClientConfigProfile profile(Map<String, String> environment) {
    try {
      return ClientConfigProfile.load(
          LoadClientConfigProfileOptions.newBuilder().setEnvOverrides(environment).build());
    } catch (IOException e) {
      throw new TemporalUnavailableException(
          "Temporal's profile file cannot be read: check TEMPORAL_CONFIG_FILE and TEMPORAL_PROFILE");
    }
  }

  /** The client; belongs to this connection. */
  public WorkflowClient client() {
    return client;
  }

  /** {@code host:port} */
  public String address() {
    return address;
  }

  @Override
  public void close() {
    stubs.shutdown();
    if (!stubs.awaitTermination(2, TimeUnit.SECONDS)) {
      stubs.shutdownNow();
    }
  }
}
