package dev.overwinter.activities.later;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.later.LaterFixture.Later;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lanes lose their sessions again and again; every row is there once all the same. */
final class LaterKillsTest {
  private static final int BLOWS = 12;

  private static final String TABLES =
      """
      CREATE TABLE public.history (id bigint PRIMARY KEY, by uuid, line text);
      CREATE TABLE public.words (id bigint PRIMARY KEY, history_id bigint REFERENCES public.history, line text);
      CREATE TABLE public.bare (line text);
      """;

  private static final String ROWS =
      """
      INSERT INTO public.history SELECT i, '00000000-0000-4000-8000-000000000003', repeat('x', i % 300)
        FROM generate_series(1, 12000) i;
      INSERT INTO public.words SELECT i, 1 + i % 12000, repeat('y', i % 200) FROM generate_series(1, 12000) i;
      INSERT INTO public.bare SELECT repeat('z', i % 100) FROM generate_series(1, 12000) i;
      """;

  private static final String LANES_AT_WORK =
      """
      SELECT count(pg_terminate_backend(pid)) FROM (
        SELECT a.pid FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
           AND EXISTS (SELECT FROM pg_locks l
                        WHERE l.pid = a.pid AND l.relation = 'overwinter.chunk'::regclass
                          AND l.mode = 'RowShareLock')
         LIMIT 1) lane
      """;

  @TempDir private Path archive;

  @Test
  void every_row_is_there_once() throws Exception {
    try (LaterFixture fixture =
            new LaterFixture(
                archive,
                TABLES + ROWS,
                TABLES,
                "{'tables': {'public.history': {'later': true}, 'public.words': {'later': true},"
                    + " 'public.bare': {'later': true}}}");
        Threads threads = new Threads()) {
      fixture.load();
      fixture.goLive();
      Later later = fixture.later("{'run': 'night', 'copy': {'chunkBytes': 65536}}");
      assertThat(later.blockers()).isEmpty();
      later.export();
      List<Future<?>> lanes = new ArrayList<>();
      for (int lane = 0; lane < 2; lane++) {
        lanes.add(threads.pool.submit(() -> untilDone(later)));
      }
      int landed = 0;
      while (landed < BLOWS && !lanes.stream().allMatch(Future::isDone)) {
        landed += Integer.parseInt(fixture.onTarget(LANES_AT_WORK));
        Thread.sleep(20);
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }

      assertThat(landed).isPositive();
      assertThat(later.verify().verdict()).isEqualTo(Verdict.PASSED);
      for (String table : List.of("history", "words", "bare")) {
        String sum =
            "SELECT count(*) || ' ' || sum(length(line)) || ' ' || count(DISTINCT line) FROM public."
                + table;
        assertThat(fixture.onTarget(sum)).as(table).isEqualTo(fixture.onSource(sum));
      }
      TestServer.execute(fixture.target, "INSERT INTO public.bare VALUES ('the application''s')");
      assertThat(later.undo().rows()).isEqualTo(36_000);
      assertThat(fixture.onTarget("SELECT line FROM public.bare")).isEqualTo("the application's");
    }
  }

  /** As Temporal would: again and again until it succeeds. */
  private static void untilDone(Later later) {
    while (true) {
      try {
        later.load();
        return;
      } catch (StepException e) {
        if (e.type().isPermanent()) {
          throw e;
        }
      }
    }
  }

  private static final class Threads implements AutoCloseable {
    private final ExecutorService pool = Executors.newFixedThreadPool(2);

    @Override
    public void close() {
      pool.shutdownNow();
    }
  }
}
