package dev.overwinter.sandbox.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What monitoring and a container engine see of a worker in a night. */
@Timeout(600)
class ObservedNightTest {
  private static final String ROWS_OUT = "overwinter_rows_total{step=\"export\"}";
  private static final String ROWS_IN = "overwinter_rows_total{step=\"import\"}";
  private static final String CHUNKS_OUT = "overwinter_chunks_total{step=\"export\"}";

  @TempDir Path directory;

  @Test
  void rows_are_seen_to_grow_and_a_stopping_worker_says_so() throws Exception {
    try (Night night = Night.prepare(directory, new EmbeddedTemporal());
        ObservedWorker worker =
            ObservedWorker.start(
                night.stage.workerEnvironment(),
                night.stage.temporal().getWorkflowServiceStubs().getOptions().getTarget(),
                directory.resolve("worker.json"))) {
      worker.await(200);
      assertThat(worker.health(directory.resolve("health.out"))).isZero();
      assertThat(Files.readString(directory.resolve("health.out"))).contains("\"ready\":true");

      start(night);
      assertThat(growsWithinAChunk(worker)).isTrue();
      keepForPeople(worker);
      night.await(RunState.WAITING_FOR_APPROVAL);

      theFiguresAreRight(night, worker);
      everyLineIsAnObjectThatNamesItsRun(worker, night.workflowId());

      worker.terminate();
      assertThat(worker.await(503)).contains("\"worker\":\"is stopping\"");
      assertThat(worker.health(directory.resolve("health.out"))).isEqualTo(1);
      assertThat(worker.exitCode()).as("128 + SIGTERM").isEqualTo(143);
      assertThat(worker.health(directory.resolve("health.out"))).isEqualTo(1);
      assertThat(Files.readString(directory.resolve("health.out"))).contains("No worker answers");
    }
  }

  /** One lane, and chunks as large as any table, so that there is a chunk to look into. */
  private static void start(Night night) {
    ObjectNode request = SandboxRequest.create();
    request.withObject("/copy").put("lanes", 1);
    RunStarter.start(
        night.stage.temporal(), night.workflowId(), FreezeBackfill.TASK_QUEUE, request);
  }

  private static boolean growsWithinAChunk(ObservedWorker worker) throws Exception {
    List<double[]> samples = new ArrayList<>();
    while (true) {
      String scrape = worker.get("/metrics").body();
      double rows = ObservedWorker.metric(scrape, ROWS_OUT);
      double chunks = ObservedWorker.metric(scrape, CHUNKS_OUT);
      double[] last = samples.isEmpty() ? new double[] {0, 0} : samples.get(samples.size() - 1);
      if (rows > last[0] && last[0] > 0 && chunks == last[1]) {
        return true;
      }
      if (ObservedWorker.metric(scrape, ROWS_IN) > 0) {
        return false;
      }
      samples.add(new double[] {rows, chunks});
      Thread.sleep(10);
    }
  }

  /** What a look in the middle of a run shows, for documentation: -Dmetrics.record=FILE. */
  private static void keepForPeople(ObservedWorker worker) throws Exception {
    String file = System.getProperty("metrics.record");
    if (file != null) {
      Files.writeString(Path.of(file), worker.get("/metrics").body());
    }
  }

  private static void theFiguresAreRight(Night night, ObservedWorker worker) throws Exception {
    String scrape = worker.get("/metrics").body();
    double rows = number(night, "SELECT sum(loaded_rows) FROM overwinter.chunk");
    assertThat(ObservedWorker.metric(scrape, ROWS_OUT)).isEqualTo(rows);
    assertThat(ObservedWorker.metric(scrape, ROWS_IN)).isEqualTo(rows);
    assertThat(ObservedWorker.metric(scrape, "overwinter_rows_total{step=\"verify\"}"))
        .as("both sides")
        .isEqualTo(2 * rows);
    assertThat(ObservedWorker.metric(scrape, "overwinter_bytes_total{step=\"import\"}"))
        .isGreaterThan(rows * 10);
    assertThat(ObservedWorker.metric(scrape, CHUNKS_OUT))
        .isEqualTo(number(night, "SELECT count(*) FROM overwinter.chunk"));
    assertThat(ObservedWorker.metric(scrape, "overwinter_users_total{outcome=\"created\"}"))
        .isEqualTo(
            number(night, "SELECT count(*) FROM overwinter.user_account WHERE state = 'created'"));
    assertThat(ObservedWorker.metric(scrape, "overwinter_lease_left_seconds")).isPositive();
    assertThat(ObservedWorker.metric(scrape, "overwinter_ready")).isEqualTo(1);
    assertThat(scrape.lines().count()).as("what Prometheus keeps").isLessThan(1_500);
    assertThat(scrape)
        .contains("overwinter_build_info{", "temporal_workflow_task_queue_poll_succeed_total{")
        .doesNotContain("public.", "@example");
  }

  private static void everyLineIsAnObjectThatNamesItsRun(ObservedWorker worker, String workflowId)
      throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : worker.lines()) {
      lines.add(Night.JSON.readTree(line));
    }
    assertThat(lines).isNotEmpty().allMatch(line -> line.has("timestamp") && line.has("message"));
    assertThat(lines)
        .filteredOn(line -> line.has("activityType"))
        .extracting(line -> line.get("message").asText())
        .contains("ExportChunks begins");
    assertThat(lines)
        .filteredOn(line -> line.has("activityType"))
        .allSatisfy(line -> assertThat(line.get("workflowId").asText()).isEqualTo(workflowId));
  }

  private static double number(Night night, String query) throws Exception {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getDouble(1);
    }
  }
}
