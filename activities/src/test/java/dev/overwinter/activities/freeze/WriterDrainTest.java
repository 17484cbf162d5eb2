package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.FreezeReport;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** The fence comes after every write of those who were writing when the source was closed. */
@Timeout(60)
class WriterDrainTest {
  private static final String ROWS =
      """
      SELECT 'unit ' || u::text FROM public.units u
      UNION ALL SELECT 'room ' || r::text FROM public.rooms r
      UNION ALL SELECT 'event ' || e::text FROM public.events e
      ORDER BY 1
      """;

  private FreezeFixture fixture;

  @BeforeEach
  void arm() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
    fixture.arm("a");
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void a_copy_goes_on_after_the_closing_and_all_its_rows_are_before_the_fence() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      CopyIn copy =
          writer.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY public.units FROM STDIN");
      send(copy, 10);
      CompletableFuture<FreezeReport> report = raise();
      awaitClosed(onlooker);
      assertRefused(onlooker, "INSERT INTO public.units VALUES (99)");
      for (int id = 11; id < 30; id++) {
        send(copy, id);
        Thread.sleep(10);
      }
      assertThat(report).isNotDone();
      assertThat(query(onlooker, "SELECT frozen_since FROM overwinter.guard")).containsNull();
      assertThat(copy.endCopy()).isEqualTo(20);
      report.get();
      assertThat(query(onlooker, "SELECT count(*) FROM public.units")).containsExactly("22");
    }
  }

  private static void send(CopyIn copy, int id) throws SQLException {
    byte[] row = "%1$d\tcopied %1$d\n".formatted(id).getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(row, 0, row.length);
    copy.flushCopy();
  }

  static Stream<Arguments> writers() {
    String insert = "INSERT INTO public.units VALUES (10, 'x')";
    String again = "INSERT INTO public.units VALUES (11, 'y')";
    return Stream.of(
        arguments("the same table again", "BEGIN; " + insert, again),
        arguments("another table", "BEGIN; " + insert, "INSERT INTO public.rooms VALUES (9, 10)"),
        arguments(
            "after a savepoint",
            "BEGIN; SAVEPOINT s; " + insert + "; RELEASE s; SAVEPOINT t",
            again),
        arguments("in repeatable read", "BEGIN ISOLATION LEVEL REPEATABLE READ; " + insert, again),
        arguments(
            "through a partition's parent",
            "BEGIN; INSERT INTO public.events VALUES (9, '2026-02-02')",
            "INSERT INTO public.events_new VALUES (10, '2026-02-02')"),
        arguments(
            "by a cascade",
            "BEGIN; DELETE FROM public.units WHERE id = 1",
            "UPDATE public.rooms SET name = 'x'"),
        arguments(
            "with a prepared statement",
            "PREPARE w(int) AS INSERT INTO public.units VALUES ($1, 'z' || $1); BEGIN; EXECUTE w(10)",
            "EXECUTE w(11)"),
        arguments(
            "with a table locked for itself",
            "BEGIN; LOCK TABLE public.units IN EXCLUSIVE MODE",
            again));
  }

  /** Whether it may write once more is the server's affair; not later than the fence it may. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("writers")
  void who_wrote_before_is_waited_for(String how, String before, String after) throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      execute(writer, before);
      CompletableFuture<FreezeReport> report = raise();
      awaitClosed(onlooker);
      awaitTold("writes are refused, waits for ");
      Thread.sleep(50);
      assertThat(report).isNotDone();
      try {
        execute(writer, after);
        Thread.sleep(50);
        assertThat(report).isNotDone();
      } catch (SQLException e) {
        // Its transaction is gone as a whole.
        assertThat(e.getSQLState()).isEqualTo("PT503");
      }
      execute(writer, "COMMIT");
      report.get();
      List<String> rows = query(onlooker, ROWS);
      assertRefused(writer, after);
      execute(writer, "ROLLBACK");
      assertThat(query(onlooker, ROWS)).as(how).isEqualTo(rows);
    }
  }

  @Test
  void a_block_with_many_statements_ends_before_the_fence() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      CompletableFuture<Void> block =
          CompletableFuture.runAsync(
              () -> {
                try {
                  execute(
                      writer,
                      """
                      DO $$ BEGIN
                        FOR i IN 100..140 LOOP
                          BEGIN
                            INSERT INTO public.units VALUES (i, 'x' || i);
                          EXCEPTION WHEN OTHERS THEN NULL;
                          END;
                          PERFORM pg_sleep(0.02);
                        END LOOP;
                      END $$
                      """);
                } catch (SQLException e) {
                  throw new CompletionException(e);
                }
              });
      awaitWriting(onlooker);
      Thread.sleep(150);
      raise().get();
      List<String> rows = query(onlooker, ROWS);
      assertThat(rows).hasSizeGreaterThan(6);
      block.get();
      assertThat(query(onlooker, ROWS)).isEqualTo(rows);
    }
  }

  @Test
  void a_procedure_that_commits_is_refused_at_its_next_transaction() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      CompletableFuture<Throwable> refusal =
          CompletableFuture.runAsync(
                  () -> {
                    try {
                      execute(
                          writer,
                          """
                          DO $$ BEGIN
                            FOR i IN 100..10000 LOOP
                              INSERT INTO public.units VALUES (i, 'x' || i);
                              COMMIT;
                              PERFORM pg_sleep(0.001);
                            END LOOP;
                          END $$
                          """);
                    } catch (SQLException e) {
                      throw new CompletionException(e);
                    }
                  })
              .handle((nothing, failure) -> failure);
      while (query(onlooker, ROWS).size() < 20) {
        Thread.sleep(5);
      }
      raise().get();
      List<String> rows = query(onlooker, ROWS);
      assertThat(refusal.get()).hasMessageContaining("public.units takes no writes");
      assertThat(query(onlooker, ROWS)).isEqualTo(rows).hasSizeGreaterThan(10);
    }
  }

  @Test
  void a_writer_that_is_prepared_after_the_closing_is_waited_for_still() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10, 'in two phases')");
      CompletableFuture<FreezeReport> report = raise();
      awaitTold("writes are refused, waits for ");
      execute(writer, "PREPARE TRANSACTION 'held'");
      awaitTold("public.units: a prepared transaction");
      assertThat(report).isNotDone();
      execute(writer, "COMMIT PREPARED 'held'");
      report.get();
      assertThat(query(onlooker, ROWS)).contains("unit (10,\"in two phases\")");
    }
  }

  @Test
  void who_comes_later_or_writes_no_rows_is_not_waited_for() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection vacuum = fixture.asSource("hosted");
        Connection later = fixture.asSource("hosted")) {
      execute(vacuum, "BEGIN; LOCK TABLE public.rooms IN SHARE UPDATE EXCLUSIVE MODE");
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      CompletableFuture<FreezeReport> report = raise();
      awaitTold("writes are refused, waits for ");
      execute(later, "BEGIN; LOCK TABLE public.rooms IN ROW EXCLUSIVE MODE");
      execute(writer, "COMMIT");
      report.get();
      assertRefused(later, "DELETE FROM public.rooms");
    }
  }

  @Test
  void an_attempt_that_died_after_the_closing_takes_a_new_sample() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10, 'before')");
      String closed = SourceClosing.close(fixture.source(), input("a")).orElseThrow();
      CompletableFuture<FreezeReport> report = raise();
      CompletableFuture<FreezeReport> other = raise();
      awaitTold("writes are refused, waits for ");
      assertThat(report).isNotDone();
      execute(writer, "COMMIT");
      assertThat(other.get()).isEqualTo(report.get());
      assertThat(query(onlooker, "SELECT function_version FROM overwinter.guard"))
          .containsExactly(closed);
      assertThat(query(onlooker, ROWS)).contains("unit (10,before)");
    }
  }

  @Test
  void an_old_writer_is_waited_for_before_anything_is_refused() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection other = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      Thread.sleep(1_100);
      CompletableFuture<FreezeReport> report = raise();
      awaitTold("nothing is refused yet, waits for public.units: pid ");
      long told = System.nanoTime();
      execute(other, "INSERT INTO public.rooms VALUES (10)");
      Thread.sleep(2_000);
      execute(writer, "COMMIT");
      assertThat(Duration.ofMillis(report.get().refusedMillis()))
          .isLessThan(Duration.ofNanos(System.nanoTime() - told));
    }
  }

  @Test
  void a_writer_that_does_not_end_costs_the_application_nothing_in_the_end() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection other = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      CompletableFuture<Void> given =
          CompletableFuture.runAsync(
              () ->
                  assertFails(
                      FailureType.WRITERS_IN_FLIGHT,
                      () -> fixture.step().raise(input("a", 60, 200, 1), fixture.context()),
                      "public.units: pid ",
                      "(idle in transaction, ",
                      "takes writes as before"));
      awaitTold("writes are refused, waits for ");
      while (!query(other, "SELECT 1 FROM overwinter.guard").isEmpty()) {
        Thread.sleep(5);
      }
      execute(other, "INSERT INTO public.rooms VALUES (10)");
      execute(writer, "INSERT INTO public.units VALUES (11)");
      execute(writer, "COMMIT");
      given.get();
    }
  }

  private CompletableFuture<FreezeReport> raise() {
    return CompletableFuture.supplyAsync(
        () -> fixture.step().raise(input("a", 60, 200, 20), fixture.context()));
  }

  private static void awaitWriting(Connection onlooker) throws Exception {
    String lock =
        """
        SELECT 1 FROM pg_locks
         WHERE relation = 'public.units'::regclass AND mode = 'RowExclusiveLock'
        """;
    while (query(onlooker, lock).isEmpty()) {
      Thread.sleep(5);
    }
  }

  private static void awaitClosed(Connection onlooker) throws Exception {
    while (query(onlooker, "SELECT 1 FROM overwinter.guard WHERE closed_at IS NOT NULL")
        .isEmpty()) {
      Thread.sleep(2);
    }
  }

  private void awaitTold(String text) throws InterruptedException {
    while (fixture.progress().stream().noneMatch(told -> told.detail().contains(text))) {
      Thread.sleep(5);
    }
  }
}
