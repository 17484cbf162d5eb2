package dev.overwinter.sandbox.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.app.UserKind;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.demo.Stage;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** One migration night on a stage, with the application in use and a worker process at work. */
public final class Night implements AutoCloseable {
  public static final ObjectMapper JSON = new ObjectMapper();

  /** Enough rows for several chunks of work, few enough for a quick test. */
  public static final SandboxSeed SEED = new SandboxSeed(5 * UserKind.rotaLength(), 60_000, 7);

  private static final String WORKFLOW_ID = "night";
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  public final Stage stage;
  public final LiveTraffic traffic;

  private Night(Stage stage) throws Exception {
    this.stage = stage;
    this.traffic = LiveTraffic.start(stage.source(), 30);
  }

  /** Sets the stage and puts the application to use; the run is not started. */
  static Night prepare(Path directory) throws Exception {
    return prepare(directory, new EmbeddedTemporal());
  }

  /** The same on a Temporal of choice. */
  public static Night prepare(Path directory, LocalTemporal temporal) throws Exception {
    return prepare(directory, temporal, Map.of());
  }

  /** The same with further variables for the worker. */
  public static Night prepare(Path directory, LocalTemporal temporal, Map<String, String> variables)
      throws Exception {
    return new Night(
        Stage.set(
            directory,
            SandboxOptions.throwaway(),
            SEED,
            StackAuthStandIn.start(),
            temporal,
            variables));
  }

  /** The same on two PostgreSQL servers that run already and are new, and the embedded Temporal. */
  public static Night prepareOn(Path directory, InetSocketAddress source, InetSocketAddress target)
      throws Exception {
    return new Night(
        Stage.setOn(
            directory, source, target, SEED, StackAuthStandIn.start(), new EmbeddedTemporal()));
  }

  /** Starts a worker and the run. */
  public void begin(ObjectNode request) {
    stage.worker().start();
    RunStarter.start(stage.temporal(), WORKFLOW_ID, FreezeBackfill.TASK_QUEUE, request);
  }

  public void begin() {
    begin(request());
  }

  /** The sandbox's request, in small chunks so that there is a middle to be interrupted in. */
  public static ObjectNode request() {
    ObjectNode request = SandboxRequest.create();
    request.withObject("/copy").put("chunkBytes", 512 * 1024);
    return request;
  }

  /** Waits until the run is in a state; fails when it ends in another one. */
  public RunStatus await(RunState wanted) throws InterruptedException {
    return await(status -> status.state() == wanted);
  }

  public RunStatus await(Predicate<RunStatus> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    RunStatus last = null;
    while (System.nanoTime() < deadline) {
      try {
        last = run().query("status", RunStatus.class);
        if (wanted.test(last)) {
          return last;
        }
        if (last.state() == RunState.PARKED) {
          throw new AssertionError("the run parked: " + last.waitingFor());
        }
      } catch (WorkflowException e) {
        // No worker answers while one is being killed.
        last = null;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("waited in vain; the last status was " + last);
  }

  public String approve() throws Exception {
    RunStatus status = await(RunState.WAITING_FOR_APPROVAL);
    return update(
        "approveGoLive",
        "{\"by\":\"a test\",\"verification\":\"%s\"}".formatted(status.verification()));
  }

  public String rollBack() throws Exception {
    return update("rollback", "{\"by\":\"a test\",\"reason\":\"to see the way back\"}");
  }

  public String update(String name, String input) throws Exception {
    JsonNode json = JSON.readTree(input);
    return run().update(name, String.class, json);
  }

  public RunStatus result() {
    return run().getResult(RunStatus.class);
  }

  public WorkflowStub run() {
    return stage.temporal().newUntypedWorkflowStub(WORKFLOW_ID);
  }

  /**
   * Keeps the run's history for the replay tests of the module workflows, when asked to with {@code
   * -Dhistories.record=DIRECTORY}; see CONTRIBUTING.md.
   */
  public void recordHistory(String name) throws IOException {
    record(name, stage.temporal().fetchHistory(WORKFLOW_ID));
  }

  /** {@link #recordHistory(String)} of another run than the night's. */
  void recordHistory(String name, String workflowId) throws IOException {
    record(name, stage.temporal().fetchHistory(workflowId));
  }

  private static void record(String name, WorkflowExecutionHistory history) throws IOException {
    String directory = System.getProperty("histories.record");
    if (directory != null) {
      Path file = Files.createDirectories(Path.of(directory)).resolve(name + ".json");
      Files.writeString(file, history.toJson(true));
    }
  }

  /** The histories of the run's executions, the first one first. */
  public List<WorkflowExecutionHistory> executions() {
    Deque<WorkflowExecutionHistory> executions = new ArrayDeque<>();
    String runId = run().describe().getExecution().getRunId();
    while (!runId.isEmpty()) {
      WorkflowExecutionHistory history = stage.temporal().fetchHistory(WORKFLOW_ID, runId);
      executions.addFirst(history);
      runId =
          history
              .getEvents()
              .get(0)
              .getWorkflowExecutionStartedEventAttributes()
              .getContinuedExecutionRunId();
    }
    return List.copyOf(executions);
  }

  /** {@link #recordHistory} for every execution of a run that has continued as new. */
  public void recordExecutions(String name) throws IOException {
    int number = 1;
    for (WorkflowExecutionHistory execution : executions()) {
      record("%s-%d".formatted(name, number++), execution);
    }
  }

  public String workflowId() {
    return WORKFLOW_ID;
  }

  @Override
  public void close() {
    traffic.close();
    stage.close();
  }
}
