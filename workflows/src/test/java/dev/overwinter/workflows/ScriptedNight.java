package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.uber.m3.tally.NoopScope;
import com.uber.m3.tally.Scope;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.NamespaceActivities;
import io.grpc.ClientInterceptor;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** One run of the workflow with scripted steps on a Temporal whose time skips. */
final class ScriptedNight implements AutoCloseable {
  static final String ONE_LANE = "{\"copy\":{\"lanes\":1}}";
  static final String APPROVAL = "{\"by\":\"ann\",\"verification\":\"c0ffee00c0ff\"}";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WORKFLOW_ID = "night-1";

  final ScriptedSteps steps = new ScriptedSteps();
  final TestWorkflowEnvironment environment;
  private final WorkflowClient client;
  private final Set<String> executions = new LinkedHashSet<>();

  /**
   * @param interceptors what stands between worker and server
   */
  ScriptedNight(ClientInterceptor... interceptors) {
    this(new NoopScope(), interceptors);
  }

  /**
   * @param metrics where metrics go
   */
  ScriptedNight(Scope metrics, ClientInterceptor... interceptors) {
    environment =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setWorkflowServiceStubsOptions(
                    WorkflowServiceStubsOptions.newBuilder()
                        .setGrpcClientInterceptors(List.of(interceptors))
                        .setMetricsScope(metrics)
                        .build())
                .build());
    Worker worker =
        environment.newWorker(
            FreezeBackfill.TASK_QUEUE,
            // A cancellation reaches an activity with its next heartbeat.
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(200))
                .build());
    worker.registerWorkflowImplementationTypes(FreezeBackfillWorkflow.class);
    worker.registerActivitiesImplementations(steps);
    environment
        .newWorker(
            FreezeBackfill.queueOfLanes(FreezeBackfill.TASK_QUEUE), worker.getWorkerOptions())
        .registerActivitiesImplementations(steps);
    environment.start();
    client = environment.getWorkflowClient();
  }

  /** Registers the run's search attributes, as the namespace's administrator would. */
  void registerSearchAttributes() {
    environment.registerSearchAttribute(
        NamespaceActivities.STATE, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    environment.registerSearchAttribute(
        NamespaceActivities.STEP, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    environment.registerSearchAttribute(
        NamespaceActivities.NEEDS_OPERATOR, IndexedValueType.INDEXED_VALUE_TYPE_BOOL);
    steps.searchAttributesAre(true);
  }

  void start(Object... inputs) {
    client
        .newUntypedWorkflowStub(
            FreezeBackfill.TYPE,
            WorkflowOptions.newBuilder()
                .setTaskQueue(FreezeBackfill.TASK_QUEUE)
                .setWorkflowId(WORKFLOW_ID)
                .build())
        .start(inputs);
  }

  /** The run, whichever execution of it is the present one. */
  WorkflowStub run() {
    return client.newUntypedWorkflowStub(WORKFLOW_ID);
  }

  RunStatus status() {
    return run().query("status", RunStatus.class);
  }

  RunStatus result() {
    return run().getResult(RunStatus.class);
  }

  RunStatus await(RunState state) throws InterruptedException {
    return await(status -> status.state() == state);
  }

  RunStatus await(Predicate<RunStatus> wanted) throws InterruptedException {
    while (true) {
      RunStatus status = status();
      if (wanted.test(status)) {
        return status;
      }
      Thread.sleep(20);
    }
  }

  String update(String name, String input) throws Exception {
    return run().update(name, String.class, json(input));
  }

  void signal(String name, String input) throws Exception {
    run().signal(name, json(input));
  }

  void assertRejected(String name, String input, String expected) {
    assertThatThrownBy(() -> update(name, input))
        .isInstanceOf(WorkflowUpdateException.class)
        .cause()
        .hasMessageContaining(expected);
  }

  /** The run id of the present execution. */
  String execution() {
    String runId = run().describe().getExecution().getRunId();
    executions.add(runId);
    return runId;
  }

  /** Signals of no meaning, until the run has continued as new. */
  void chatter() throws Exception {
    String before = execution();
    while (execution().equals(before)) {
      for (int i = 0; i < 40; i++) {
        signal("chatter", "{}");
      }
      // An execution does not end while signals come in faster than it takes notice of them.
      awaitNextExecution(before, Duration.ofMillis(600));
    }
  }

  /** Waits until the run has continued as new, or for so long. */
  void awaitNextExecution(String before, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (execution().equals(before) && System.nanoTime() < end) {
      Thread.sleep(20);
    }
  }

  /** Replays every execution that was seen. */
  void replay() throws Exception {
    execution();
    for (String runId : executions) {
      WorkflowReplayer.replayWorkflowExecution(
          client.fetchHistory(WORKFLOW_ID, runId), FreezeBackfillWorkflow.class);
    }
  }

  WorkflowClient client() {
    return client;
  }

  static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }

  @Override
  public void close() {
    environment.close();
  }
}
