package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run stays with the version of the worker that it began with. */
@OnRealTemporal
@Timeout(600)
class PinnedRunTest {
  private static final String SET_CURRENT =
      "temporal worker deployment set-current-version --deployment-name overwinter --build-id ";

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final RealTemporal temporal = new RealTemporal();

  @TempDir Path directory;

  @Test
  void a_run_stays_on_its_version_until_the_operator_moves_it() throws Exception {
    try (Night night = Night.prepare(directory, temporal);
        WorkerChild first = worker(night, "1");
        WorkerChild second = worker(night, "2")) {
      first.start();
      awaitOutput("1", SET_CURRENT + "1");
      makeCurrent("1");
      start("night", Night.request().toString());
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

      second.start();
      awaitOutput("2", SET_CURRENT + "2");
      makeCurrent("2");
      start("later", "{\"schemsa\":[]}");
      type("temporal workflow result --workflow-id later");
      night.update("extendDeadline", "{\"by\":\"a test\",\"for\":\"PT1H\"}");

      assertThat(versionsOf("later")).containsExactly("2");
      assertThat(versionsOf("night")).containsExactly("1");

      first.kill();
      Typed moved =
          type(
              "temporal workflow update-options --workflow-id night"
                  + " --versioning-override-behavior pinned"
                  + " --versioning-override-deployment-name overwinter"
                  + " --versioning-override-build-id 2");
      assertThat(moved.exitCode()).as(moved.all()).isZero();
      Typed approval = type(waiting.nextCommands().get(0).replace("YOUR NAME", "ann"));
      assertThat(approval.exitCode()).as(approval.all()).isZero();
      assertThat(night.result().state()).isEqualTo(RunState.LIVE);
      assertThat(versionsOf("night")).containsExactlyInAnyOrder("1", "2");
      Expect.everyRowOnTheTarget(night.stage);
    }
  }

  private WorkerChild worker(Night night, String buildId) {
    Map<String, String> environment = new HashMap<>(night.stage.workerEnvironment());
    environment.put("OVERWINTER_VERSIONING", "pinned");
    environment.put("OVERWINTER_BUILD_ID", buildId);
    return new WorkerChild(temporal.address(), environment, output(buildId));
  }

  private Path output(String buildId) {
    return directory.resolve("logs/worker-" + buildId + ".out");
  }

  private void awaitOutput(String buildId, String text) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(output(buildId)) || !Files.readString(output(buildId)).contains(text)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "never said: %s; said: %s".formatted(text, Files.readString(output(buildId))));
      }
      Thread.sleep(100);
    }
  }

  /** As the worker said, again until the server has heard of everything that it listens on. */
  private void makeCurrent(String buildId) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Typed typed = type(SET_CURRENT + buildId + " --yes");
    while (typed.exitCode() != 0 && System.nanoTime() < deadline) {
      Thread.sleep(500);
      typed = type(SET_CURRENT + buildId + " --yes");
    }
    assertThat(typed.exitCode()).as(typed.all()).isZero();
  }

  private void start(String workflowId, String request) throws Exception {
    Files.writeString(directory.resolve("request.json"), request);
    Typed start =
        type(
            "temporal workflow start --type FreezeBackfill --task-queue overwinter"
                + " --input-file request.json --workflow-id "
                + workflowId);
    assertThat(start.exitCode()).as(start.all()).isZero();
  }

  /** The build ids that worked on a run. */
  private Set<String> versionsOf(String workflowId) throws Exception {
    String history = type("temporal workflow show -o json --workflow-id " + workflowId).out();
    return Night.JSON.readTree(history).findValues("workflowTaskCompletedEventAttributes").stream()
        .map(completed -> completed.at("/deploymentVersion/buildId").asText())
        .collect(Collectors.toSet());
  }

  private Typed type(String line) throws InterruptedException {
    return temporal.type(directory, line);
  }
}
