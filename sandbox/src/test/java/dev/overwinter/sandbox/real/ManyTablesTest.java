package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.StepStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The history does not grow with the number of tables. */
@OnRealTemporal
@Timeout(600)
class ManyTablesTest {
  private static final int TABLES = 500;

  @TempDir Path directory;

  @Test
  void a_night_of_five_hundred_more_tables_stays_far_below_the_limits_of_a_history()
      throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      ManyTables tables = ManyTables.install(night.stage, TABLES);
      night.begin();
      night.approve();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      JsonNode history = describe(temporal);
      System.out.println("history: " + history + ", seconds: " + seconds(end));
      // Temporal suggests to continue as new at 4,096 events or 4 MB, and ends a run at 51,200.
      assertThat(history.get("historyLength").asLong()).isBetween(50L, 1_000L);
      assertThat(history.get("historySizeBytes").asLong()).isBetween(10_000L, 1_000_000L);
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      everyRowOfTheirs(night, tables);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      Expect.onlyTheSourceIsGuarded(night.stage);
    }
  }

  private static void everyRowOfTheirs(Night night, ManyTables tables) throws Exception {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      List<String> wanted = tables.rows(source, Proof.newIds(night.stage.stackAuth().users()));
      assertThat(wanted).hasSize(TABLES * ManyTables.ROWS);
      assertThat(tables.rows(target, Map.of())).isEqualTo(wanted);
    }
  }

  private JsonNode describe(RealTemporal temporal) throws Exception {
    Typed described =
        temporal.type(directory, "temporal workflow describe --workflow-id night --output json");
    assertThat(described.exitCode()).as(described.all()).isZero();
    JsonNode info = Night.JSON.readTree(described.out()).get("workflowExecutionInfo");
    return Night.JSON
        .createObjectNode()
        .put("historyLength", info.get("historyLength").asLong())
        .put("historySizeBytes", info.get("historySizeBytes").asLong());
  }

  private static List<String> seconds(RunStatus end) {
    return end.steps().stream()
        .filter(step -> step.finishedAt() != null)
        .map(step -> step.step() + " " + Duration.between(at(step, true), at(step, false)))
        .toList();
  }

  private static Instant at(StepStatus step, boolean start) {
    return Instant.parse(start ? step.startedAt() : step.finishedAt());
  }
}
