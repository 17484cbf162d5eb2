package dev.overwinter.worker.temporal;

import com.uber.m3.tally.NoopScope;
import com.uber.m3.tally.Scope;
import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.worker.secrecy.SecretDataConverter;
import dev.overwinter.worker.settings.TemporalSettings;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A connection to a Temporal service that has answered once. Thread-safe. */
public final class TemporalConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long LOOK_SECONDS = 5;

  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;
  private final String address;
  private final PayloadKeys payloadKeys;

  private TemporalConnection(
      WorkflowServiceStubs stubs, WorkflowClient client, String address, PayloadKeys payloadKeys) {
    this.stubs = stubs;
    this.client = client;
    this.address = address;
    this.payloadKeys = payloadKeys;
  }

  /**
   * Whether somebody said where Temporal is: a variable, Temporal's profile file, or our settings.
   */
  public static boolean isConfigured(TemporalSettings settings, Map<String, String> environment) {
    return settings.address() != null || TemporalProfile.load(environment).getAddress() != null;
  }

  /**
   * Connects as Temporal's own variables and profile file say, then as our settings say, else to
   * {@code 127.0.0.1:7233}.
   *
   * @throws TemporalUnavailableException when it does not answer within ten seconds
   */
  public static TemporalConnection open(
      TemporalSettings settings, Map<String, String> environment) {
    return open(settings, environment, new NoopScope());
  }

  /**
   * The same.
   *
   * @param metrics where the client, its workers and their workflows report to
   */
  public static TemporalConnection open(
      TemporalSettings settings, Map<String, String> environment, Scope metrics) {
    return open(settings, environment, metrics, PATIENCE);
  }

  static TemporalConnection open(
      TemporalSettings settings,
      Map<String, String> environment,
      Scope metrics,
      Duration patience) {
    ClientConfigProfile profile = TemporalProfile.load(environment);
    WorkflowServiceStubsOptions.Builder stubs = TemporalProfile.stubs(profile);
    stubs.setMetricsScope(metrics);
    if (profile.getAddress() == null && settings.address() != null) {
      stubs.setTarget(settings.address());
    }
    WorkflowClientOptions.Builder client =
        WorkflowClientOptions.newBuilder(profile.toWorkflowClientOptions());
    if (profile.getNamespace() == null && settings.namespace() != null) {
      client.setNamespace(settings.namespace());
    }
    return connect(stubs, client, settings.payloadKeys(), patience);
  }

  /** Connects to a service that was started on this machine. */
  public static TemporalConnection open(LocalTemporal.Service service, PayloadKeys payloadKeys) {
    return open(service.address(), payloadKeys);
  }

  /** Connects to an address without TLS, as services on one machine are reached. */
  public static TemporalConnection open(String address, PayloadKeys payloadKeys) {
    return connect(
        WorkflowServiceStubsOptions.newBuilder().setTarget(address),
        WorkflowClientOptions.newBuilder(),
        payloadKeys,
        PATIENCE);
  }

  private static TemporalConnection connect(
      WorkflowServiceStubsOptions.Builder stubsOptions,
      WorkflowClientOptions.Builder options,
      PayloadKeys payloadKeys,
      Duration patience) {
    WorkflowServiceStubsOptions built = stubsOptions.validateAndBuildWithDefaults();
    WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(built);
    try {
      stubs.connect(patience);
    } catch (StatusRuntimeException | IllegalStateException e) {
      stubs.shutdownNow();
      throw new TemporalUnavailableException(ConnectionTrouble.explain(built.getTarget(), e));
    }
    WorkflowClientOptions clientOptions =
        options
            // Reports about this host are nobody's business during a migration.
            .setDisableWorkerEnvironmentInfo(true)
            .setDataConverter(SecretDataConverter.of(payloadKeys))
            .validateAndBuildWithDefaults();
    return new TemporalConnection(
        stubs, WorkflowClient.newInstance(stubs, clientOptions), built.getTarget(), payloadKeys);
  }

  /** The client; belongs to this connection. */
  public WorkflowClient client() {
    return client;
  }

  /**
   * Has a cheap look whether it still answers and lets this client use its namespace.
   *
   * @throws StatusRuntimeException when it does not within five seconds
   */
  public void look() {
    stubs
        .blockingStub()
        .withDeadlineAfter(LOOK_SECONDS, TimeUnit.SECONDS)
        .describeNamespace(
            DescribeNamespaceRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .build());
  }

  /** {@code host:port} */
  public String address() {
    return address;
  }

  /** What this connection encrypts and decrypts payloads with. */
  public PayloadKeys payloadKeys() {
    return payloadKeys;
  }

  @Override
  public void close() {
    stubs.shutdown();
    if (!stubs.awaitTermination(2, TimeUnit.SECONDS)) {
      stubs.shutdownNow();
    }
  }
}
