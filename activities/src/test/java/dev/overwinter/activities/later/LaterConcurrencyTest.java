package dev.overwinter.activities.later;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.later.LaterFixture.Later;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load, its way back and the application, all in the same table at the same time. */
final class LaterConcurrencyTest {
  private static final String TABLES =
      "CREATE TABLE public.history (id bigint PRIMARY KEY, by uuid, line text);";

  private static final String ROWS =
      """
      INSERT INTO public.history
        SELECT i, '00000000-0000-4000-8000-000000000003', 'line ' || i FROM generate_series(1, 2000) i;
      """;

  /** How many of our sessions wait for a lock. */
  private static final String WAITING =
      """
      SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'overwinter'
         AND wait_event_type = 'Lock'
      """;

  @TempDir private Path archive;
  private LaterFixture fixture;
  private Later later;

  @BeforeEach
  void set_up() {
    fixture =
        new LaterFixture(
            archive, TABLES + ROWS, TABLES, "{'tables': {'public.history': {'later': true}}}");
    fixture.load();
    fixture.goLive();
    later = fixture.later("{'run': 'night', 'copy': {'chunkBytes': 65536}}");
    assertThat(later.blockers()).isEmpty();
    later.export();
  }

  @AfterEach
  void tear_down() {
    fixture.close();
  }

  private void awaitWaiting(int sessions) throws InterruptedException {
    while (Integer.parseInt(fixture.onTarget(WAITING)) < sessions) {
      Thread.sleep(10);
    }
  }

  @Test
  void a_rollback_waits_for_the_chunk_at_work_and_removes_it_too() throws Exception {
    CompletableFuture<LaneSummary> lane;
    CompletableFuture<LaterUndoSummary> undo;
    try (Connection application = fixture.target.connect();
        Statement statement = application.createStatement()) {
      application.setAutoCommit(false);
      statement.execute("SET LOCAL application_name = 'application'");
      statement.execute("INSERT INTO public.history VALUES (1, NULL, 'undecided')");
      lane = CompletableFuture.supplyAsync(later::load);
      awaitWaiting(1);

      TestServer.execute(
          fixture.target,
          """
          SET statement_timeout = '5s';
          INSERT INTO public.history VALUES (7000000, NULL, 'the application''s');
          UPDATE public.history SET line = 'changed' WHERE id = 7000000;
          RESET statement_timeout
          """);
      undo = CompletableFuture.supplyAsync(later::undo);
      awaitWaiting(2);
      application.rollback();
    }

    assertThat(undo.get().left()).isZero();
    assertThat(undo.get().rows()).isPositive();
    assertThatThrownBy(lane::get)
        .cause()
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
    assertThat(fixture.onTarget("SELECT string_agg(id || line, ',') FROM public.history"))
        .isEqualTo("7000000changed");
  }

  @Test
  void a_constraint_that_is_deferred_is_named_like_any_other() {
    TestServer.execute(
        fixture.target,
        """
        CREATE TABLE public.lines (line text PRIMARY KEY);
        INSERT INTO public.lines SELECT 'line ' || i FROM generate_series(1, 1990) i;
        ALTER TABLE public.history ADD CONSTRAINT known_line FOREIGN KEY (line) REFERENCES public.lines
          DEFERRABLE INITIALLY DEFERRED;
        """);
    assertThatThrownBy(later::load)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ROWS_REFUSED))
        .hasMessageContaining("a carried row refers to a row that is not there")
        .hasMessageContaining("constraint known_line of public.history");
    TestServer.execute(
        fixture.target,
        "INSERT INTO public.lines SELECT 'line ' || i FROM generate_series(1991, 2000) i");
    later.load();
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history")).isEqualTo("2000");
  }

  @Test
  void a_mapping_that_changed_meanwhile_is_not_used() {
    TestServer.execute(
        fixture.target,
        "UPDATE overwinter.remap_plan SET mapping_digest = 'other' WHERE run_id = '%s'"
            .formatted(LaterFixture.FIRST.runId()));
    assertThatThrownBy(later::load)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED))
        .hasMessageContaining("not the one that the first run remapped with");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history")).isEqualTo("0");
  }

  @Test
  void a_ledger_that_was_restored_removes_nothing() {
    later.load();
    TestServer.execute(fixture.target, "UPDATE overwinter.later_load SET rows = rows");

    assertThatThrownBy(later::undo)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED))
        .hasMessageContaining("the ledger was restored or rewritten");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history")).isEqualTo("2000");
  }

  @Test
  void rows_are_known_again_after_a_vacuum() {
    later.load();
    TestServer.execute(fixture.target, "VACUUM FULL");
    assertThat(later.undo()).isEqualTo(new LaterUndoSummary(2000, 0));
  }

  @Test
  void rows_of_a_rewritten_table_stay_and_those_of_a_dropped_one_are_gone() {
    later.load();
    TestServer.execute(
        fixture.target, "ALTER TABLE public.history ALTER COLUMN line TYPE char(20)");
    assertThat(later.undo()).isEqualTo(new LaterUndoSummary(0, 2000));
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history")).isEqualTo("2000");

    TestServer.execute(fixture.target, "ALTER TABLE public.history ALTER COLUMN line TYPE text");
    TestServer.execute(fixture.target, "TRUNCATE public.history");
    Later again = fixture.later("{'run': 'night'}");
    again.carry();
    TestServer.execute(fixture.target, "DROP TABLE public.history");
    assertThat(again.undo()).isEqualTo(new LaterUndoSummary(0, 2000));
  }
}
