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
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** One migration night on a stage, with the application in use and a worker process at work. */
final class Night implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  /** Enough rows for several chunks of work, few enough for a quick test. */
  static final SandboxSeed SEED = new SandboxSeed(5 * UserKind.rotaLength(), 60_000, 7);

  private static final String WORKFLOW_ID = "night";
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  final Stage stage;
  final LiveTraffic traffic;

  private Night(Stage stage) throws Exception {
    this.stage = stage;
    this.traffic = LiveTraffic.start(stage.source(), 30);
  }

  /** Sets the stage and puts the application to use; the run is not started. */
  static Night prepare(Path directory) throws Exception {
    return new Night(
        Stage.set(
            directory,
            SandboxOptions.throwaway(),
            SEED,
            StackAuthStandIn.start(),
            new EmbeddedTemporal()));
  }

  /** Starts a worker and the run. */
  void begin(ObjectNode request) {
    stage.worker().start();
    RunStarter.start(stage.temporal(), WORKFLOW_ID, FreezeBackfill.TASK_QUEUE, request);
  }

  void begin() {
    begin(request());
  }

  /** The sandbox's request, in small chunks so that there is a middle to be interrupted in. */
  static ObjectNode request() {
    ObjectNode request = SandboxRequest.create();
    request.withObject("/copy").put("chunkBytes", 512 * 1024);
    return request;
  }

  /** Waits until the run is in a state; fails when it ends in another one. */
  RunStatus await(RunState wanted) throws InterruptedException {
    return await(status -> status.state() == wanted);
  }

  RunStatus await(Predicate<RunStatus> wanted) throws InterruptedException {
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

  String approve() throws Exception {
    RunStatus status = await(RunState.WAITING_FOR_APPROVAL);
    return update(
        "approveGoLive",
        "{\"by\":\"a test\",\"verification\":\"%s\"}".formatted(status.verification()));
  }

  String rollBack() throws Exception {
    return update("rollback", "{\"by\":\"a test\",\"reason\":\"to see the way back\"}");
  }

  String update(String name, String input) throws Exception {
    JsonNode json = JSON.readTree(input);
    return run().update(name, String.class, json);
  }

  RunStatus result() {
    return run().getResult(RunStatus.class);
  }

  WorkflowStub run() {
    return stage.temporal().newUntypedWorkflowStub(WORKFLOW_ID);
  }

  /**
   * Keeps the run's history for the replay tests of the module workflows, when asked to with {@code
   * -Dhistories.record=DIRECTORY}; see CONTRIBUTING.md.
   */
  void recordHistory(String name) throws IOException {
    String directory = System.getProperty("histories.record");
    if (directory != null) {
      String json = stage.temporal().fetchHistory(WORKFLOW_ID).toJson(true);
      Files.writeString(Path.of(directory, name + ".json"), json);
    }
  }

  String workflowId() {
    return WORKFLOW_ID;
  }

  @Override
  public void close() {
    traffic.close();
    stage.close();
  }
}
