package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lanes are killed in the middle of their work and started again: by ending their sessions with
 * either server and by interrupting their threads. In the end no row is missing and none is double.
 */
@Timeout(120)
class CopyKillsTest {
  private static final int LANES = 2;
  private static final int KILLS_THAT_LAND = 15;

  @TempDir private Path directory;
  private final Random random = new Random();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lanes_that_are_killed_at_random_lose_no_row_and_double_none(boolean keepsArchive)
      throws InterruptedException {
    try (CopyFixture fixture =
        new CopyFixture(
            directory.resolve("archive"),
            """
            CREATE SCHEMA app; CREATE TABLE app.event (id int, at timestamptz, data jsonb);
            CREATE TABLE app.unit (id bigint GENERATED ALWAYS AS IDENTITY, note text)
            """,
            64 * 1024,
            "app")) {
      fixture.keepsArchive = keepsArchive;
      TestServer.execute(
          fixture.source,
          """
          INSERT INTO app.event SELECT c, pg_catalog.now(), pg_catalog.format('{"k": %s}', c)::jsonb
            FROM pg_catalog.generate_series(1, 150000) c;
          INSERT INTO app.unit (note) SELECT pg_catalog.repeat('x', c % 90)
            FROM pg_catalog.generate_series(1, 60000) c;
          """);
      int chunks = fixture.plan().chunks();
      assertThat(chunks).isGreaterThan(100);
      if (keepsArchive) {
        assertThat(runAndKill(fixture, fixture::exportLane))
            .isGreaterThanOrEqualTo(KILLS_THAT_LAND);
        assertThat(fixture.complete().rows()).isEqualTo(210_000);
        assertThat(fixture.files()).noneMatch(it -> it.toString().endsWith(".part"));
      }
      assertThat(runAndKill(fixture, fixture::importLane)).isGreaterThanOrEqualTo(KILLS_THAT_LAND);
      assertThat(TableContents.digests(fixture.target, "app"))
          .isEqualTo(TableContents.digests(fixture.source, "app"));
      assertThat(fixture.onTarget("SELECT sum(loaded_rows) FROM overwinter.chunk"))
          .isEqualTo("210000");
    }
  }

  /** Runs lanes, each again after it failed, until all are done; returns how often one failed. */
  private int runAndKill(CopyFixture fixture, Runnable lane) throws InterruptedException {
    AtomicInteger failures = new AtomicInteger();
    ConcurrentLinkedQueue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      threads.add(new Thread(() -> runUntilDone(lane, failures, unexpected)));
    }
    threads.forEach(Thread::start);
    while (threads.stream().anyMatch(Thread::isAlive) && failures.get() < 2 * KILLS_THAT_LAND) {
      Thread.sleep(random.nextInt(40));
      kill(fixture, threads);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(unexpected).isEmpty();
    return failures.get();
  }

  private static void runUntilDone(
      Runnable lane, AtomicInteger failures, ConcurrentLinkedQueue<Throwable> unexpected) {
    while (true) {
      try {
        lane.run();
        return;
      } catch (StepException e) {
        failures.incrementAndGet();
        if (e.type().isPermanent()) {
          unexpected.add(e);
          return;
        }
      } catch (CancellationException e) {
        failures.incrementAndGet();
      } catch (RuntimeException e) {
        unexpected.add(e);
        return;
      }
      Thread.interrupted();
    }
  }

  private void kill(CopyFixture fixture, List<Thread> threads) {
    switch (random.nextInt(3)) {
      case 0 -> terminate(fixture.source);
      case 1 -> terminate(fixture.target);
      default -> threads.get(random.nextInt(threads.size())).interrupt();
    }
  }

  private static void terminate(Database database) {
    try {
      TestServer.single(
          database,
          """
          SELECT count(pg_catalog.pg_terminate_backend(pid))
            FROM (SELECT pid FROM pg_catalog.pg_stat_activity
                   WHERE datname = pg_catalog.current_database() AND state <> 'idle'
                     AND pid <> pg_catalog.pg_backend_pid()
                   ORDER BY pg_catalog.random() LIMIT 1) one
          """);
    } catch (IllegalStateException e) {
      // The killer's own session was an idle one that a former shot had hit.
      return;
    }
  }
}
