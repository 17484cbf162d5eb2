package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker's host stands still right before it freezes, and goes on when the run is over. */
@OnRealTemporal
@Timeout(300)
class LateFreezeTest {
  private static final long WATCHED_MILLIS = 8_000;

  /** In a virtual machine that is suspended the clock of timeouts stands still, too. */
  private static final Map<String, String> SUSPENDED =
      Map.of("JAVA_TOOL_OPTIONS", "-Dtemporal.activity.localTimeoutBufferMs=3600000");

  @TempDir Path directory;

  @Test
  void a_worker_that_stood_still_during_the_rollback_freezes_nothing_when_it_goes_on()
      throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal(), SUSPENDED)) {
      night.begin();
      night.update("pause", "{\"by\":\"a test\"}");
      night.await(status -> status.state() == RunState.PAUSED && status.step() == Step.FREEZE);
      WorkerChild late = night.stage.worker();
      standStillBeforeFreezing(night, late);

      night.stage.anotherWorker("second").start();
      night.rollBack();
      assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
      signal("CONT", late);

      long end = System.nanoTime() + WATCHED_MILLIS * 1_000_000;
      while (System.nanoTime() < end) {
        Expect.noTraceOnTheSource(night.stage);
        Thread.sleep(50);
      }
      Expect.noRowOnTheTarget(night.stage);
      assertThat(Files.readString(directory.resolve("logs/worker.out")))
          .containsAnyOf(
              "RaiseFreeze breaks off: Temporal does not know this attempt any more",
              // Its connection to Temporal may have been given up while it stood still.
              "Temporal did not say whether this step is still wanted");
    }
  }

  /** The first thing that raising asks the source for is its triggers. */
  private static void standStillBeforeFreezing(Night night, WorkerChild worker) throws Exception {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Connection onlooker = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement()) {
      source.setAutoCommit(false);
      statement.execute("LOCK TABLE pg_catalog.pg_trigger IN ACCESS EXCLUSIVE MODE");
      night.update("resume", "{\"by\":\"a test\"}");
      while (!isWaiting(onlooker)) {
        Thread.sleep(2);
      }
      signal("STOP", worker);
      source.rollback();
    }
  }

  private static boolean isWaiting(Connection onlooker) throws Exception {
    try (Statement statement = onlooker.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                 WHERE NOT l.granted AND l.relation = 'pg_catalog.pg_trigger'::regclass
                   AND a.application_name = 'overwinter'
                """)) {
      row.next();
      return row.getInt(1) > 0;
    }
  }

  private static void signal(String name, WorkerChild worker) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + worker.pid()).start();
    assertThat(kill.waitFor()).isZero();
  }
}
