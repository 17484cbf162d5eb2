package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.workflows.steps.FreezeReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is refused while the guard is prepared; then everything is, at one moment. */
@Timeout(60)
class ClosingTest {
  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void while_a_long_writer_is_waited_for_everybody_writes_and_nobody_stalls() throws Exception {
    long lockTimeout = 200;
    try (Connection writer = fixture.asSource("hosted");
        Connection sameTable = fixture.asSource("authenticated");
        Connection otherTable = fixture.asSource("anon")) {
      writer.setAutoCommit(false);
      execute(writer, "INSERT INTO public.units VALUES (7, 'in flight')");
      CompletableFuture<FreezeReport> report =
          CompletableFuture.supplyAsync(
              () -> fixture.step().raise(input("a", 60, lockTimeout, 20), fixture.context()));
      awaitTold("waits for public.units: pid");
      long longest = 0;
      long until = System.nanoTime() + 2_000_000_000L;
      for (int id = 100; System.nanoTime() < until; id++) {
        long begun = System.nanoTime();
        execute(sameTable, "INSERT INTO public.units VALUES (%d)".formatted(id));
        execute(otherTable, "INSERT INTO public.rooms VALUES (%d, 1)".formatted(id));
        longest = Math.max(longest, (System.nanoTime() - begun) / 1_000_000);
        Thread.sleep(1);
      }
      // Once for each of two tables at most, and what a busy machine adds; a stall would not end.
      assertThat(longest).isLessThan(2 * lockTimeout + 1_500);
      assertThat(report).isNotDone();
      assertThat(
              query(
                  sameTable,
                  "SELECT count(DISTINCT tgrelid) FROM pg_trigger WHERE NOT tgisinternal"))
          .containsExactly("7");
      writer.commit();
      assertThat(report.get().guardedTables()).isEqualTo(8);
      assertRefused(sameTable, "INSERT INTO public.units VALUES (99)");
    }
  }

  @Test
  void a_table_under_an_old_writer_is_not_even_asked_for() throws Exception {
    try (Connection writer = fixture.asSource("hosted");
        Connection onlooker = fixture.asSource("postgres")) {
      writer.setAutoCommit(false);
      execute(writer, "INSERT INTO public.units VALUES (7)");
      Thread.sleep(150);
      CompletableFuture<FreezeReport> report =
          CompletableFuture.supplyAsync(
              () -> fixture.step().raise(input("a", 60, 100, 20), fixture.context()));
      while (!report.isDone() && fixture.progress().size() < 30) {
        assertThat(query(onlooker, "SELECT mode FROM pg_locks WHERE NOT granted")).isEmpty();
        if (fixture.progress().size() > 22) {
          writer.commit();
        }
      }
      assertThat(report.get().guardedTables()).isEqualTo(8);
    }
  }

  @Test
  void an_old_reader_is_not_waited_for_not_even_a_serializable_one() throws SQLException {
    try (Connection reader = fixture.asSource("hosted");
        Connection serializable = fixture.asSource("hosted")) {
      reader.setAutoCommit(false);
      query(reader, "SELECT name FROM public.units FOR UPDATE");
      execute(serializable, "BEGIN ISOLATION LEVEL SERIALIZABLE");
      query(serializable, "SELECT name FROM public.units");
      query(reader, "SELECT pg_sleep(0.3)");
      assertThat(fixture.step().raise(input("a", 60, 200, 1), fixture.context()).guardedTables())
          .isEqualTo(8);
      assertRefused(serializable, "DELETE FROM public.units");
    }
  }

  @Test
  void a_guard_that_is_being_prepared_can_be_lifted() throws SQLException {
    List<String> before;
    try (Connection owner = fixture.asSource("hosted")) {
      before = catalog(owner);
      arm("a");
      execute(owner, "UPDATE public.units SET name = name");
      assertThat(SourceGuard.unfreeze(fixture.source(), true).leftBehind()).isZero();
      assertThat(catalog(owner)).isEqualTo(before);
      arm("a");
      fixture.step().lift(input("a"), fixture.context());
      assertThat(catalog(owner)).isEqualTo(before);
    }
  }

  @Test
  void every_table_refuses_from_the_same_moment_on() throws Exception {
    List<String> tables = List.of("public.units", "public.rooms", "public.events", "auth.users");
    CountDownLatch accepted = new CountDownLatch(2 * tables.size());
    CountDownLatch refused = new CountDownLatch(2 * tables.size());
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Future<Times>> writers = new ArrayList<>();
    for (String table : tables) {
      writers.add(threads.submit(() -> hammer(table, accepted, refused)));
      writers.add(threads.submit(() -> hammer(table, accepted, refused)));
    }
    threads.shutdown();
    assertThat(accepted.await(1, TimeUnit.MINUTES)).isTrue();
    FreezeReport report = fixture.step().raise(input("a"), fixture.context());
    Instant lastAccepted = Instant.MIN;
    Instant firstRefused = Instant.MAX;
    for (Future<Times> writer : writers) {
      Times times = writer.get(1, TimeUnit.MINUTES);
      lastAccepted = later(lastAccepted, times.lastAcceptedBegan());
      firstRefused = earlier(firstRefused, times.firstRefusedEnded());
    }
    assertThat(lastAccepted).isBefore(firstRefused);
    assertThat(lastAccepted).isBefore(Instant.parse(report.frozenSince()));
    assertThat(report.refusedMillis()).isLessThan(10_000);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** By the server's clock. */
  private record Times(Instant lastAcceptedBegan, Instant firstRefusedEnded) {}

  /** Writes until everybody is refused, so that a table which still takes writes shows it. */
  private Times hammer(String table, CountDownLatch accepted, CountDownLatch refused)
      throws SQLException {
    Instant lastAccepted = Instant.MIN;
    Instant firstRefused = Instant.MAX;
    try (Connection writer = fixture.asSource("postgres")) {
      while (refused.getCount() > 0) {
        Instant began = clock(writer);
        try {
          execute(writer, "DELETE FROM %s WHERE false".formatted(table));
          if (lastAccepted.equals(Instant.MIN)) {
            accepted.countDown();
          }
          lastAccepted = later(lastAccepted, began);
        } catch (SQLException e) {
          assertThat(e.getSQLState()).isEqualTo("PT503");
          if (firstRefused.equals(Instant.MAX)) {
            firstRefused = clock(writer);
            refused.countDown();
          }
        }
      }
      return new Times(lastAccepted, firstRefused);
    }
  }

  private static Instant clock(Connection connection) throws SQLException {
    return Instant.parse(
        query(
                connection,
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            .get(0));
  }

  @Test
  void closing_twice_is_closing_once() {
    arm("a");
    String first = SourceClosing.close(fixture.source(), input("a")).orElseThrow();
    assertThat(SourceClosing.close(fixture.source(), input("a"))).contains(first);
    assertThat(fixture.step().raise(input("a"), fixture.context()).guardedTables()).isEqualTo(8);
  }

  @Test
  void a_table_made_after_arming_keeps_it_open_until_it_is_guarded_too() throws SQLException {
    arm("a");
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, "CREATE TABLE public.late (id int)");
      assertThat(SourceClosing.close(fixture.source(), input("a"))).isEmpty();
      execute(owner, "INSERT INTO public.late VALUES (1)");
      assertThat(fixture.step().raise(input("a"), fixture.context()).guardedTables()).isEqualTo(9);
      assertRefused(owner, "INSERT INTO public.late VALUES (2)");
    }
  }

  @Test
  void a_fence_is_recorded_only_for_the_closing_whose_writers_were_drained() {
    arm("a");
    String first = SourceClosing.close(fixture.source(), input("a")).orElseThrow();
    SourceGuard.unfreeze(fixture.source(), true);
    arm("a");
    assertThat(SourceFence.record(fixture.source(), input("a"), first)).isFalse();
    String second = SourceClosing.close(fixture.source(), input("a")).orElseThrow();
    assertThat(SourceFence.record(fixture.source(), input("a"), first)).isFalse();
    assertThat(SourceFence.record(fixture.source(), input("a"), second)).isTrue();
    assertThat(SourceFence.record(fixture.source(), input("a"), second)).isTrue();
  }

  @Test
  void the_refusal_says_since_when() throws Exception {
    arm("a");
    Thread.sleep(1_100);
    fixture.step().raise(input("a"), fixture.context());
    try (Connection writer = fixture.asSource("hosted")) {
      String closed =
          query(
                  writer,
                  "SELECT to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')"
                      + " FROM overwinter.guard")
              .get(0);
      assertThatThrownBy(() -> execute(writer, "DELETE FROM public.rooms"))
          .hasMessageContaining("frozen by migration move-a at " + closed);
    }
  }

  @Test
  void a_guard_of_an_older_version_can_be_lifted() throws SQLException {
    fixture.step().raise(input("a"), fixture.context());
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, "ALTER TABLE overwinter.guard DROP closed_at, DROP ended_writers");
      assertThat(SourceGuard.unfreeze(fixture.source(), true).found()).contains("move-a");
      execute(owner, "UPDATE public.units SET name = name");
    }
  }

  /** As an attempt leaves it that ended when every table had its trigger. */
  private void arm(String run) {
    fixture.arm(run);
  }

  private void awaitTold(String text) throws InterruptedException {
    while (fixture.progress().stream().noneMatch(told -> told.detail().contains(text))) {
      Thread.sleep(5);
    }
  }
}
