package dev.overwinter.sandbox.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.compare.RowComparison;
import dev.overwinter.sandbox.compare.RowDifference;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.workflows.BackfillLater;
import dev.overwinter.workflows.BackfillLaterWorkflow;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.LaterState;
import dev.overwinter.workflows.status.LaterStatus;
import dev.overwinter.workflows.status.RunState;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A night that leaves a table for later, and the run that carries it while the application is in
 * use: with real databases, a Temporal of its own and a worker process.
 */
@Tag("long")
@Timeout(900)
final class LaterTablesTest {
  private static final int ROWS = 12_000;

  /** Beyond where the source's sequence stands. */
  private static final long FAR_NUMBER = 5_000_000;

  /** Rows of all kinds of ids, and one whose number no sequence has given. */
  private static final String HISTORY =
      """
      INSERT INTO public.event_logs (actor_id, user_id, action, payload, happened_at)
      SELECT u.id, u.id, 'unit.opened', jsonb_build_object('by', u.id, 'round', i),
             '2025-01-01'::timestamptz + i * interval '1 minute'
        FROM generate_series(1, %d) i
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS all_of_them
                FROM auth.users WHERE deleted_at IS NULL) u ON u.number = 1 + i %% u.all_of_them;
      INSERT INTO public.event_logs (id, action) VALUES (%d, 'restored by hand');
      """;

  @TempDir private Path directory;

  @Test
  void a_table_left_for_later_comes_beside_what_the_application_writes() throws Exception {
    try (Night night = Night.prepare(directory)) {
      execute(
          night.stage.source().connect(SupabaseSource.SUPERUSER),
          HISTORY.formatted(ROWS, FAR_NUMBER));
      night.begin(leavingEventLogs());
      night.await(RunState.WAITING_FOR_APPROVAL);
      isRefusedBeforeGoLive(night);
      night.approve();
      assertThat(night.result().state()).isEqualTo(RunState.LIVE);
      night.traffic.stop();
      assertThat(onTarget(night, "SELECT count(*) FROM public.event_logs")).isZero();

      try (LiveTraffic application = LiveTraffic.start(night.stage.target(), 40)) {
        awaitWrites(application, 20);
        assertThat(onTarget(night, "SELECT min(id) FROM public.event_logs"))
            .isGreaterThan(FAR_NUMBER);
        goesBackDuringLoad(night);
        onlyTheApplicationsRowsAreThere(night, application);

        carriesAfterACrashAndACollision(night);
        awaitWrites(application, application.acceptedWrites().size() + 20);
        application.stop();

        assertThat(application.refusedWrites()).isEmpty();
        everyRowOfBothIsThere(night, application);
      }
      night.recordHistory("carried-after-a-crash", "carrying");
      night.recordHistory("rolled-back-during-load", "going-back");
      night.recordHistory("refused", "too-early");
    }
  }

  private static ObjectNode leavingEventLogs() {
    ObjectNode request = Night.request();
    request.withObject("/tables").withObject("public.event_logs").put("later", true);
    return request;
  }

  private static WorkflowStub start(Night night, String workflowId) throws Exception {
    WorkflowStub run =
        night
            .stage
            .temporal()
            .newUntypedWorkflowStub(
                BackfillLater.TYPE,
                WorkflowOptions.newBuilder()
                    .setWorkflowId(workflowId)
                    .setTaskQueue(FreezeBackfill.TASK_QUEUE)
                    .build());
    run.start(
        Night.JSON.readTree(
            "{\"run\": \"%s\", \"copy\": {\"chunkBytes\": 65536}}".formatted(night.workflowId())));
    return run;
  }

  private static void isRefusedBeforeGoLive(Night night) throws Exception {
    WorkflowStub run = start(night, "too-early");
    assertThatThrownBy(() -> run.getResult(LaterStatus.class))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .hasMessageContaining("The run has not gone live");
  }

  private static void goesBackDuringLoad(Night night) throws Exception {
    WorkflowStub run = start(night, "going-back");
    awaitLoadedChunks(night, "going-back", 2);
    String answer =
        run.update(
            "rollback",
            String.class,
            Night.JSON.readTree("{\"by\":\"a test\",\"reason\":\"to see the way back\"}"));
    assertThat(answer).contains("the rows that were loaded are removed");
    LaterStatus end = run.getResult(LaterStatus.class);
    assertThat(end.state()).isEqualTo(LaterState.ROLLED_BACK);
    assertThat(end.findings().get(0).message()).contains("rows removed; 0 that the application");
  }

  private static void onlyTheApplicationsRowsAreThere(Night night, LiveTraffic application)
      throws SQLException {
    assertThat(onTarget(night, "SELECT count(*) FROM public.event_logs WHERE id <= " + FAR_NUMBER))
        .isZero();
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      assertThat(application.missingFrom(target, id -> id)).isEmpty();
    }
  }

  private static void carriesAfterACrashAndACollision(Night night) throws Exception {
    execute(
        night.stage.target().connect(SelfHostedTarget.APPLICATION),
        "INSERT INTO public.event_logs (id, action) VALUES (%d, 'in the way')"
            .formatted(FAR_NUMBER));
    WorkflowStub run = start(night, "carrying");
    awaitLoadedChunks(night, "carrying", 2);
    night.stage.worker().kill();
    assertThat(loadedChunks(night, "carrying"))
        .isLessThan(
            onTarget(
                night, "SELECT count(*) FROM overwinter.chunk" + OF_RUN.formatted("carrying")));
    night.stage.worker().start();

    LaterStatus parked = await(run, status -> status.state() == LaterState.PARKED);
    assertThat(parked.waitingFor())
        .contains("RowsRefused", "public.event_logs", "event_logs_pkey")
        .doesNotContain(String.valueOf(FAR_NUMBER));
    assertThat(parked.nextCommands().get(0)).contains("--workflow-id carrying --name retryStep");
    execute(
        night.stage.target().connect(SelfHostedTarget.APPLICATION),
        "DELETE FROM public.event_logs WHERE id = " + FAR_NUMBER);
    run.update("retryStep", String.class, Night.JSON.readTree("{\"by\":\"a test\"}"));

    LaterStatus end = run.getResult(LaterStatus.class);
    assertThat(end.state()).isEqualTo(LaterState.CARRIED);
    assertThat(end.tables()).containsExactly("public.event_logs");
    WorkflowExecutionHistory history = night.stage.temporal().fetchHistory("carrying");
    WorkflowReplayer.replayWorkflowExecution(history, BackfillLaterWorkflow.class);
    assertThat(history.getEvents()).hasSizeLessThan(200);
    assertThat(HistoryText.of(history))
        .doesNotContainPattern("[a-z0-9.+-]+@example\\.(com|org)")
        .doesNotContainPattern("\\$2[aby]\\$\\d\\d\\$");
  }

  /** Compared by code that knows the application and not the migration. */
  private static void everyRowOfBothIsThere(Night night, LiveTraffic application)
      throws SQLException {
    Map<UUID, UUID> newIds = Proof.newIds(night.stage.stackAuth().users());
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      List<RowDifference> differences =
          new RowComparison(source, target, newIds)
              .differences().stream()
                  .filter(difference -> difference.table().equals("event_logs"))
                  .toList();
      List<String> written =
          application.acceptedWrites().stream()
              .filter(write -> write.table().equals("public.event_logs"))
              .map(write -> write.key())
              .toList();
      assertThat(differences)
          .allSatisfy(
              difference -> assertThat(difference.kind()).isEqualTo(RowDifference.Kind.EXTRA));
      assertThat(differences)
          .extracting(RowDifference::key)
          .containsExactlyInAnyOrderElementsOf(written);
    }
    assertThat(onTarget(night, "SELECT count(*) FROM public.event_logs")).isGreaterThan(ROWS);
  }

  private static final String OF_RUN =
      " WHERE run_id = (SELECT run_id FROM overwinter.run WHERE workflow_id = '%s')";

  private static void awaitLoadedChunks(Night night, String run, int least) throws Exception {
    while (loadedChunks(night, run) < least) {
      Thread.sleep(3);
    }
  }

  private static long loadedChunks(Night night, String run) throws SQLException {
    return onTarget(night, "SELECT count(loaded_at) FROM overwinter.chunk" + OF_RUN.formatted(run));
  }

  private static void awaitWrites(LiveTraffic application, int least) throws Exception {
    while (application.acceptedWrites().size() < least) {
      Thread.sleep(20);
    }
  }

  private static LaterStatus await(WorkflowStub run, Predicate<LaterStatus> wanted)
      throws Exception {
    while (true) {
      try {
        LaterStatus status = run.query("status", LaterStatus.class);
        if (wanted.test(status)) {
          return status;
        }
      } catch (WorkflowException e) {
        // No worker answers while one is being killed.
        continue;
      } finally {
        Thread.sleep(100);
      }
    }
  }

  private static long onTarget(Night night, String query) throws SQLException {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (connection;
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
