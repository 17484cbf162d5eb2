package dev.overwinter.activities.load;

import static dev.overwinter.activities.load.LoadTestServer.execute;
import static dev.overwinter.activities.load.LoadTestServer.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TargetLoadTest {
  private LoadTestPair pair;

  @BeforeEach
  void set_up() throws SQLException {
    pair = new LoadTestPair();
  }

  @AfterEach
  void tear_down() throws SQLException {
    pair.close();
  }

  @Test
  void what_hinders_loading_is_put_aside_and_comes_back_exactly() throws SQLException {
    List<String> before = CatalogSnapshot.definitions(pair.target());
    pair.beginRun();
    PutAsideSummary aside = pair.load().putAside(pair.input(), pair.context());

    assertThat(aside.foreignKeys()).isEqualTo(7);
    assertThat(aside.sequences()).isZero();
    assertThat(
            texts(
                pair.target(),
                "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"))
        .containsExactly("left_behind_unit_id_fkey");
    assertThat(
            texts(
                pair.target(),
                "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'units'::regclass ORDER BY 1"))
        .as("a key of a table that is not loaded leans on one, a constraint of another kind on one")
        .containsExactly("\"Units by code\"", "units_during", "units_identity", "units_pkey");
    assertThat(
            texts(
                pair.target(),
                "SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u') AND conrelid IN"
                    + " ('alarms'::regclass, 'later'::regclass, 'readings'::regclass)"))
        .containsExactly("readings_pkey");
    assertThat(
            texts(
                pair.target(),
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"))
        .isEmpty();

    pair.fill(pair.target());
    assertThat(texts(pair.target(), "SELECT what FROM touched")).isEmpty();
    PutAsideSummary restored = pair.load().completeLoad(pair.input(), pair.context());

    assertThat(restored.indexes()).isEqualTo(aside.indexes());
    assertThat(restored.foreignKeys()).isEqualTo(aside.foreignKeys());
    assertThat(restored.triggers()).isEqualTo(aside.triggers());
    pair.forgetLedger();
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
    assertThat(
            texts(pair.target(), "SELECT reltuples FROM pg_class WHERE oid = 'readings'::regclass"))
        .containsExactly("5000");
  }

  @Test
  void sequences_go_on_where_the_source_or_the_rows_are() throws SQLException {
    pair.fill(pair.source());
    execute(
        pair.source(),
        "SELECT setval('public.invoice_numbers', 1234)",
        "SELECT setval('public.countdown', 42)",
        "SELECT setval('public.units_id_seq', 900, false)",
        "SELECT setval('public.readings_id_seq', 17)");
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    PutAsideSummary restored = pair.load().completeLoad(pair.input(), pair.context());

    assertThat(restored.sequences()).isEqualTo(7);
    assertThat(CatalogSnapshot.sequences(pair.target()))
        .containsExactlyInAnyOrder(
            "\"Odd Names_n_seq\" 300 true",
            "alarms_id_seq 100 true",
            "countdown 42 true",
            "invoice_numbers 1234 true",
            "readings_id_seq 5000 true",
            "touched_id_seq 1 false",
            "units_id_seq 900 false");
  }

  @Test
  void a_foreign_key_with_orphans_stops_the_load_and_counts_them() throws SQLException {
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    execute(
        pair.target(),
        "DELETE FROM alarms",
        "UPDATE readings SET unit_id = 4711 WHERE id <= 3",
        "UPDATE \"Odd Names\" SET a = NULL WHERE n <= 2");

    // Keys are proven side by side: which of the two broken ones is met first, nobody knows.
    List<String> found = new ArrayList<>();
    for (int key = 0; key < 2; key++) {
      StepException failure =
          catchThrowableOfType(
              StepException.class, () -> pair.load().completeLoad(pair.input(), pair.context()));
      assertThat(failure.type()).isEqualTo(FailureType.VERIFICATION_FAILED);
      assertThat(failure).hasMessageNotContaining("4711");
      found.add(failure.getMessage().replaceAll(" loaded rows.*", ""));
      execute(
          pair.target(),
          failure.getMessage().contains("readings_unit_fk")
              ? "UPDATE readings SET unit_id = 1 WHERE unit_id = 4711"
              : "UPDATE \"Odd Names\" SET a = b");
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            "The foreign key Odd Names_a_b_fkey of public.Odd Names does not hold: 2",
            "The foreign key readings_unit_fk of public.readings does not hold: 3");
    assertThat(pair.load().completeLoad(pair.input(), pair.context()).foreignKeys()).isEqualTo(7);
  }

  @Test
  void repeated_keys_under_a_unique_index_stop_the_load() throws SQLException {
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    execute(pair.target(), "UPDATE units SET name = 'NAME 1' WHERE id = 2");

    assertThatThrownBy(() -> pair.load().completeLoad(pair.input(), pair.context()))
        .isInstanceOfSatisfying(
            StepException.class,
            e -> assertThat(e.type()).isEqualTo(FailureType.VERIFICATION_FAILED))
        .hasMessageContaining("units_name_unique of public.units")
        .hasMessageNotContaining("NAME 1");
  }

  @Test
  void tables_with_rows_are_not_touched() throws SQLException {
    pair.beginRun();
    execute(
        pair.target(),
        "INSERT INTO left_behind VALUES (1, NULL)",
        "INSERT INTO touched (what) VALUES ('mine')");
    List<String> before = CatalogSnapshot.definitions(pair.target());

    assertThatThrownBy(() -> pair.load().putAside(pair.input(), pair.context()))
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED))
        .hasMessageContaining("public.touched")
        .hasMessageNotContaining("left_behind");
    pair.undo().emptyTarget(pair.input(), pair.context());
    assertThat(texts(pair.target(), "SELECT what FROM touched")).containsExactly("mine");
    assertThat(CatalogSnapshot.definitions(pair.target())).isSubsetOf(before);
  }

  @Test
  void rows_go_only_when_the_request_names_the_database() throws SQLException {
    execute(
        pair.target(),
        "INSERT INTO units (code) VALUES ('old')",
        "INSERT INTO readings (at) VALUES ('2025-03-03')",
        "DELETE FROM touched",
        "CREATE TABLE heirs () INHERITS (touched)",
        "INSERT INTO heirs VALUES (1, 'mine')");
    List<String> sequences = CatalogSnapshot.sequences(pair.target());
    pair.beginRun();
    assertThatThrownBy(
            () ->
                pair.load().putAside(pair.input(new TargetRules(false, "another")), pair.context()))
        .hasMessageContaining("public.units");
    StepInput named = pair.input(new TargetRules(false, pair.targetName));
    execute(pair.target(), "INSERT INTO left_behind SELECT 1, id FROM units");
    assertThatThrownBy(() -> pair.load().putAside(named, pair.context()))
        .hasMessageContaining("refer to them and have rows: [public.left_behind]");
    execute(pair.target(), "DELETE FROM left_behind WHERE true");

    pair.load().putAside(named, pair.context());
    assertThat(
            texts(
                pair.target(),
                "SELECT count(*) FROM units UNION ALL SELECT count(*) FROM readings"))
        .containsExactly("0", "0");
    assertThat(texts(pair.target(), "SELECT what FROM touched")).containsOnly("mine");
    execute(pair.target(), "INSERT INTO readings (at) VALUES ('2025-04-04')");
    pair.load().putAside(named, pair.context());
    assertThat(texts(pair.target(), "SELECT at FROM readings")).containsExactly("2025-04-04");

    assertThat(pair.undo().emptyTarget(named, pair.context()).leftBehind())
        .containsExactly(
            "public.readings without the 1 rows it had before, which the request let go",
            "public.units without the 1 rows it had before, which the request let go");
    assertThat(texts(pair.target(), "SELECT what FROM heirs")).containsOnly("mine");
    assertThat(CatalogSnapshot.sequences(pair.target())).isEqualTo(sequences);
  }

  @Test
  void a_rollback_leaves_the_target_as_it_was() throws SQLException {
    execute(pair.target(), "SELECT setval('public.invoice_numbers', 55)");
    List<String> before = CatalogSnapshot.definitions(pair.target());
    List<String> sequences = CatalogSnapshot.sequences(pair.target());
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    pair.load().completeLoad(pair.input(), pair.context());
    CleanUpSummary summary = pair.undo().emptyTarget(pair.input(), pair.context());

    assertThat(summary.tablesEmptied()).isEqualTo(4);
    assertThat(summary.leftBehind()).isEmpty();
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
    assertThat(CatalogSnapshot.sequences(pair.target())).isEqualTo(sequences);
    assertThat(pair.rows()).isZero();
    assertThat(pair.undo().emptyTarget(pair.input(), pair.context()))
        .isEqualTo(new CleanUpSummary(0, 0, List.of()));
  }

  @Test
  void materialized_views_are_filled_after_the_load_and_a_rollback_takes_the_rows_out_again()
      throws SQLException {
    execute(
        pair.target(),
        "CREATE VIEW of_units AS SELECT count(*) AS units FROM units",
        "CREATE MATERIALIZED VIEW z_first AS SELECT units FROM of_units",
        "CREATE MATERIALIZED VIEW a_second AS SELECT units * 2 AS twice FROM z_first WITH NO DATA",
        "CREATE MATERIALIZED VIEW of_another AS SELECT count(*) FROM left_behind WITH NO DATA");
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    pair.load().completeLoad(pair.input(), pair.context());
    pair.load().completeLoad(pair.input(), pair.context());

    String units = texts(pair.target(), "SELECT count(*) FROM units").get(0);
    assertThat(texts(pair.target(), "SELECT units FROM z_first")).containsExactly(units);
    assertThat(texts(pair.target(), "SELECT twice / 2 FROM a_second")).containsExactly(units);
    String filled = "SELECT relname FROM pg_class WHERE relkind = 'm' AND relispopulated";
    assertThat(texts(pair.target(), filled)).containsExactlyInAnyOrder("z_first", "a_second");

    pair.undo().emptyTarget(pair.input(), pair.context());
    assertThat(texts(pair.target(), filled)).containsExactly("z_first");
    assertThat(texts(pair.target(), "SELECT units FROM z_first")).containsExactly("0");
  }

  @Test
  void a_rollback_undoes_a_run_that_never_loaded() throws SQLException {
    List<String> before = CatalogSnapshot.definitions(pair.target());
    pair.beginRun();
    assertThat(pair.undo().emptyTarget(pair.input(), pair.context()))
        .isEqualTo(new CleanUpSummary(0, 0, List.of()));
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
  }

  @Test
  void an_attempt_that_outlived_its_run_puts_nothing_aside() throws SQLException {
    List<String> before = CatalogSnapshot.definitions(pair.target());
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.undo().emptyTarget(pair.input(), pair.context());

    assertThatThrownBy(() -> pair.load().putAside(pair.input(), pair.context()))
        .isInstanceOf(StepException.class);
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
  }

  @Test
  void a_run_that_an_earlier_release_began_is_completed_and_rolled_back() throws SQLException {
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    String drop =
        "DROP TABLE overwinter.refreshed_view, overwinter.emptied_table, overwinter.created_object, overwinter.created_structure";
    execute(pair.target(), drop);
    pair.load().completeLoad(pair.input(), pair.context());
    execute(pair.target(), drop);
    assertThat(pair.undo().emptyTarget(pair.input(), pair.context()).leftBehind()).isEmpty();
  }

  @Test
  void other_runs_keep_their_record() throws SQLException {
    pair.beginRun();
    execute(pair.target(), "INSERT INTO overwinter.run VALUES ('earlier', 'w', now(), now())");
    pair.load().putAside(pair.input(), pair.context());
    pair.undo().emptyTarget(pair.input(), pair.context());
    assertThat(texts(pair.target(), "SELECT run_id FROM overwinter.run"))
        .containsExactly("earlier");
  }

  @Test
  void a_cancelled_step_ends_at_once_and_can_be_repeated() throws SQLException {
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    pair.fill(pair.target());
    StepContext cancelled =
        new StepContext() {
          @Override
          public void progress(Progress progress) {
            throw new IllegalStateException("cancelled");
          }

          @Override
          public AutoCloseable onCancel(Runnable action) {
            return () -> {};
          }
        };
    assertThatThrownBy(() -> pair.load().completeLoad(pair.input(), cancelled))
        .hasMessage("cancelled");
    assertThat(pair.load().completeLoad(pair.input(), pair.context()).foreignKeys()).isEqualTo(7);
  }

  @Test
  void the_guard_stays_in_force_until_the_target_is_emptied() throws SQLException {
    List<String> before = CatalogSnapshot.definitions(pair.target());
    pair.beginRun();
    pair.raiseGuard();
    assertThatThrownBy(() -> execute(pair.target(), "DELETE FROM units WHERE true"))
        .hasMessageContaining("guarded");
    pair.load().putAside(pair.input(), pair.context());
    assertThatThrownBy(() -> execute(pair.target(), "DELETE FROM units WHERE true"))
        .hasMessageContaining("guarded");
    execute(pair.target(), "SET overwinter.pass = 'open'");
    pair.fill(pair.target());
    execute(pair.target(), "RESET overwinter.pass");
    pair.load().completeLoad(pair.input(), pair.context());
    assertThatThrownBy(() -> execute(pair.target(), "TRUNCATE alarms"))
        .hasMessageContaining("guarded");

    TargetUndo undo =
        new TargetUndo(
            pair.targetSide,
            (connection, run) -> execute(connection, "SET LOCAL overwinter.pass = 'open'"),
            connection -> execute(connection, "DROP FUNCTION overwinter.guarded() CASCADE"),
            3);
    assertThat(undo.emptyTarget(pair.input(), pair.context()).tablesEmptied()).isEqualTo(4);
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
    assertThat(pair.rows()).isZero();
  }

  @Test
  void two_attempts_at_one_time_do_each_thing_once() throws Exception {
    List<String> before = CatalogSnapshot.definitions(pair.target());
    for (int round = 0; round < 3; round++) {
      pair.beginRun();
      twice(() -> pair.load().putAside(pair.input(), pair.context()));
      pair.fill(pair.target());
      twice(() -> pair.load().completeLoad(pair.input(), pair.context()));
      assertThat(CatalogSnapshot.definitions(pair.target())).containsAll(before);
      twice(() -> pair.undo().emptyTarget(pair.input(), pair.context()));
      assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
    }
  }

  /** Runs a step in two threads, each until it succeeds as Temporal would repeat it. */
  private static void twice(Runnable step) throws Exception {
    Runnable untilDone =
        () -> {
          while (true) {
            try {
              step.run();
              return;
            } catch (StepException e) {
              assertThat(e.type().isPermanent()).as(e.getMessage()).isFalse();
            }
          }
        };
    CompletableFuture<Void> other = CompletableFuture.runAsync(untilDone);
    untilDone.run();
    other.get(1, TimeUnit.MINUTES);
  }

  @Test
  void a_load_that_was_not_prepared_is_not_completed() throws SQLException {
    pair.beginRun();
    assertThatThrownBy(() -> pair.load().completeLoad(pair.input(), pair.context()))
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
  }

  @Test
  void indexes_keep_their_tablespace_and_those_that_could_not_come_back_stay() throws SQLException {
    try (Connection superuser = LoadTestServer.superuser(pair.targetName)) {
      execute(superuser, "SET allow_in_place_tablespaces = on");
      execute(superuser, "CREATE TABLESPACE granted LOCATION ''");
      execute(superuser, "CREATE TABLESPACE withheld LOCATION ''");
      execute(
          superuser,
          "GRANT CREATE ON TABLESPACE granted TO app_owner",
          "CREATE INDEX in_granted ON units (name) TABLESPACE granted",
          "CREATE INDEX in_withheld ON units (name) TABLESPACE withheld");
    }
    List<String> before = CatalogSnapshot.definitions(pair.target());
    pair.beginRun();
    pair.load().putAside(pair.input(), pair.context());
    assertThat(
            texts(
                pair.target(),
                "SELECT indexname FROM pg_indexes WHERE indexname IN ('in_granted', 'in_withheld')"))
        .containsExactly("in_withheld");
    pair.load().completeLoad(pair.input(), pair.context());

    pair.forgetLedger();
    assertThat(CatalogSnapshot.definitions(pair.target())).isEqualTo(before);
  }
}
