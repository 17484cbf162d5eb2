package dev.overwinter.activities.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.status.TableProgress;
import dev.overwinter.workflows.steps.ObserveInput;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

@Timeout(60)
class ProgressObserverTest {
  private static final RunKey RUN = new RunKey("night", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11");

  private final Database source = TestServer.createDatabase("source");
  private final Database target = TestServer.createDatabase("target");
  private final ProgressObserver observer =
      new ProgressObserver(
          source, target, Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC));

  @BeforeEach
  void planACopyOfTwentyTables() {
    TestServer.execute(
        source,
        """
        DO $$ BEGIN
          FOR i IN 1..20 LOOP
            EXECUTE format('CREATE TABLE public.t%s AS SELECT g AS id, repeat(''x'', 100) AS filler
                              FROM generate_series(1, %s * 2000) g', i, i);
          END LOOP;
          CREATE SCHEMA auth;
          CREATE TABLE auth.users AS SELECT g AS id FROM generate_series(1, 9) g;
        END $$;
        ANALYZE;
        """);
    LedgerSchema.create(target);
    TestServer.execute(
        target,
        "INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('%s', 'night')"
            .formatted(RUN.runId()));
    new ChunkPlanner(source, target).plan(input(), new Bystander());
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  @Test
  void nothing_is_done_at_first_and_the_largest_tables_come_first() {
    StepProgress picture = look(Step.EXPORT);

    assertThat(picture.asOf()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(picture.done()).isZero();
    assertThat(picture.total()).isEqualTo(420_000);
    assertThat(picture.unit()).isEqualTo("rows");
    assertThat(picture.tables()).hasSize(15);
    assertThat(picture.tables().get(0).table()).isEqualTo("public.t20");
    assertThat(picture.moreTables()).isEqualTo(5);
  }

  @Test
  void tables_at_work_come_before_those_to_come_and_those_before_the_finished() {
    export("table_no IN (SELECT table_no FROM overwinter.copied_table WHERE source_name = 't20')");
    export(
        "chunk_no = 1 AND table_no IN (SELECT table_no FROM overwinter.copied_table WHERE source_name = 't12')");

    StepProgress picture = look(Step.EXPORT);

    TableProgress atWork = picture.tables().get(0);
    assertThat(atWork.table()).isEqualTo("public.t12");
    assertThat(atWork.chunksDone()).isEqualTo(1).isLessThan(atWork.chunks());
    assertThat(atWork.rows()).isEqualTo(10);
    assertThat(picture.tables().get(1).table()).isEqualTo("public.t19");
    assertThat(picture.tables()).extracting(TableProgress::table).doesNotContain("public.t20");
  }

  @Test
  void what_is_imported_is_counted_against_what_was_exported() {
    export("true");
    TestServer.execute(
        target,
        "UPDATE overwinter.chunk SET loaded_at = now(), loaded_rows = rows WHERE chunk_no = 1");

    StepProgress picture = look(Step.IMPORT);

    assertThat(picture.done()).isEqualTo(200).isLessThan(picture.total());
    assertThat(look(Step.EXPORT).done()).isEqualTo(picture.total());
    assertThat(look(Step.EXPORT).total()).isEqualTo(picture.total());
  }

  @Test
  void rows_that_are_being_copied_count_before_they_are_committed() throws Exception {
    try (Connection lane = source.connect()) {
      CopyOut copy =
          lane.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY public.t20 TO STDOUT");
      copy.readFromCopy();
      StepProgress picture = look(Step.EXPORT);
      assertThat(picture.done()).isBetween(1L, 40_000L);
      assertThat(picture.workDone()).isBetween(1L, picture.workTotal() / 5);
      while (copy.readFromCopy() != null) {
        // To its end, so that the session can be used again.
      }
    }
    export("true");
    TestServer.execute(target, "CREATE TABLE public.t20 (id int)");
    try (Connection lane = target.connect()) {
      CopyIn copy =
          lane.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY public.t20 FROM STDIN");
      byte[] rows = "1\n2\n3\n".getBytes(StandardCharsets.UTF_8);
      copy.writeToCopy(rows, 0, rows.length);
      copy.flushCopy();
      await(() -> look(Step.IMPORT).done() == 3);
      assertThat(look(Step.IMPORT).workDone()).isPositive();
      copy.cancelCopy();
    }
    assertThat(look(Step.IMPORT).done()).isZero();
    assertThat(look(Step.IMPORT).workDone()).isZero();
  }

  @Test
  void indexes_are_part_of_the_work_of_an_import() {
    export("true");
    TestServer.execute(
        target,
        """
        CREATE TABLE public.t20 AS SELECT g AS id FROM generate_series(1, 2000) g;
        UPDATE overwinter.chunk SET loaded_at = now(), loaded_rows = rows;
        """);
    long tables = look(Step.IMPORT).workTotal();
    TestServer.execute(source, "CREATE INDEX ON public.t20 (filler, id)");
    aside("one", "restored");
    aside("two", "aside");

    StepProgress picture = look(Step.IMPORT);

    long indexes = picture.workTotal() - tables;
    assertThat(indexes).isGreaterThan(1_000_000);
    assertThat(picture.done()).isEqualTo(picture.total());
    assertThat(picture.workDone()).isEqualTo(tables + indexes / 2);
  }

  private void aside(String name, String state) {
    TestServer.execute(
        target,
        """
        INSERT INTO overwinter.put_aside
               (run_id, kind, schema_name, table_name, object_name, stage, restore_statements, state)
        VALUES ('%s', 'index', 'public', 't20', '%s', 0, '{}', '%s')
        """
            .formatted(RUN.runId(), name, state));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(20);
    }
  }

  @Test
  void a_table_is_looked_at_without_disturbing_whoever_works_on_it() throws Exception {
    try (Connection lane = target.connect();
        Statement statement = lane.createStatement()) {
      lane.setAutoCommit(false);
      statement.execute("SELECT 1 FROM overwinter.chunk FOR UPDATE");

      assertThat(look(Step.EXPORT).tables()).hasSize(15);
      lane.rollback();
    }
  }

  @Test
  void users_are_counted_when_they_are_settled() {
    TestServer.execute(
        target,
        """
        INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state)
        SELECT '%s', gen_random_uuid(), 'PORTABLE_HASH', state
          FROM unnest(ARRAY['intended', 'created', 'created', 'skipped']) state
        """
            .formatted(RUN.runId()));

    StepProgress picture = look(Step.CREATE_USERS);

    assertThat(picture.done()).isEqualTo(3);
    assertThat(picture.total()).isEqualTo(9);
    assertThat(picture.unit()).isEqualTo("users");
    assertThat(picture.tables()).isEmpty();
  }

  @Test
  void it_waits_before_it_looks_and_a_cancellation_ends_the_wait() {
    long begun = System.nanoTime();
    observer.observe(new ObserveInput(input(), Step.EXPORT, 1), new Bystander());
    assertThat(System.nanoTime() - begun).isGreaterThan(990_000_000L);

    StepContext cancelled =
        new StepContext() {
          @Override
          public void progress(Progress progress) {}

          @Override
          public AutoCloseable onCancel(Runnable action) {
            action.run();
            return () -> {};
          }
        };
    assertThatThrownBy(
            () -> observer.observe(new ObserveInput(input(), Step.EXPORT, 3600), cancelled))
        .isInstanceOf(CancellationException.class);
  }

  private StepProgress look(Step step) {
    return observer.observe(new ObserveInput(input(), step, 0), new Bystander());
  }

  private void export(String which) {
    TestServer.execute(
        target,
        "UPDATE overwinter.chunk SET exported_at = now(), rows = 10, part_bytes = 1, part_sha256 = '', raw_digest = '' WHERE "
            + which);
  }

  private static StepInput input() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("copy").put("chunkBytes", 64 * 1024);
    MigrationRequest request = RequestReader.read(json).request();
    return new StepInput(RUN, request);
  }

  /** Tells nothing and is never cancelled. */
  private static final class Bystander implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
