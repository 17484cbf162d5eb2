package dev.overwinter.sandbox.shortage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.kill.GuardLook;
import dev.overwinter.sandbox.kill.ServerRestart;
import dev.overwinter.sandbox.real.OnRealTemporal;
import dev.overwinter.sandbox.real.RealTemporal;
import dev.overwinter.sandbox.shortage.ShortNight.Work;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the target is full. */
@OnRealTemporal
@OnSmallDisks
@Timeout(600)
class FullTargetTest {
  private static final String NOT_RESTORED =
      "SELECT count(*) FROM overwinter.put_aside WHERE kind = 'index' AND state <> 'restored'";

  private static final String WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted";

  @TempDir private Path directory;

  @Test
  void rows_and_indexes_that_find_no_room_park_the_run_until_there_is_some() throws Exception {
    Path tablespace = directory.resolve("tablespace");
    try (SmallDisk disk = SmallDisk.mount(tablespace, 128);
        Night night = Night.prepare(directory, new RealTemporal())) {
      ShortNight shortNight = new ShortNight(night);
      moveTables(shortNight, tablespace);
      shortNight.begin();
      shortNight.awaitMiddleOf(Work.LOADED);
      disk.fill();
      assertThat(shortNight.parkedIn(Step.IMPORT))
          .contains("OutOfResources", "import of public.", "the target", "53100 (disk full)");
      assertThat(shortNight.isInTheMiddleOf(Work.LOADED)).isTrue();

      try (Connection inTheWay = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
        // Rows go by this lock, indexes do not: it holds the run where rows are loaded.
        lock(inTheWay);
        disk.makeRoom();
        shortNight.retry();
        while (!shortNight.isDone(Work.LOADED) || shortNight.target(WAITERS) == 0) {
          Thread.sleep(20);
        }
        disk.fill();
      }
      assertThat(failureOfAnAttempt(night, "CompleteLoad"))
          .contains("restoring the ", "the target", "53100 (disk full)");
      assertThat(shortNight.parkedIn(Step.IMPORT))
          .contains("OutOfResources", "the target", "53100 (disk full)");
      assertThat(shortNight.target(NOT_RESTORED)).isPositive();

      disk.makeRoom();
      shortNight.retry();
      night.approve();
      shortNight.endsWell();
    }
  }

  @Test
  void a_server_that_panics_because_its_log_has_no_room_is_waited_for() throws Exception {
    Path wal = directory.resolve("wal");
    try (SmallDisk disk = SmallDisk.mount(wal, 256);
        Night night = Night.prepare(directory, new RealTemporal())) {
      ServerRestart server = moveLog(night, wal);
      ShortNight shortNight = new ShortNight(night);
      shortNight.begin();
      shortNight.awaitMiddleOf(Work.LOADED);
      disk.fill();
      useUpLog(night);
      assertThat(failureOfAnAttempt(night, "ImportChunks"))
          .contains("import", "the target answered SQLSTATE", "tried again");
      assertThat(server.log()).contains("PANIC", "No space left on device");
      assertThat(night.await(RunState.RUNNING).step()).isEqualTo(Step.IMPORT);

      disk.makeRoom();
      server.again();
      assertThat(shortNight.isInTheMiddleOf(Work.LOADED)).isTrue();
      night.approve();
      shortNight.endsWell();
    }
  }

  /**
   * All tables with their indexes, and the ledger that is to be made. Not the catalog: a session
   * cannot even be opened where that finds no room.
   */
  private static void moveTables(ShortNight night, Path tablespace) throws SQLException {
    night.onTarget("CREATE TABLESPACE small LOCATION '" + tablespace + "'");
    night.onTarget(
        """
        GRANT CREATE ON TABLESPACE small TO %1$s;
        ALTER TABLE ALL IN TABLESPACE pg_default OWNED BY %1$s SET TABLESPACE small;
        ALTER INDEX ALL IN TABLESPACE pg_default OWNED BY %1$s SET TABLESPACE small;
        ALTER MATERIALIZED VIEW ALL IN TABLESPACE pg_default OWNED BY %1$s SET TABLESPACE small;
        ALTER ROLE %1$s SET default_tablespace = small
        """
            .formatted(SelfHostedTarget.OWNER));
  }

  private static ServerRestart moveLog(Night night, Path wal) throws Exception {
    ServerRestart server;
    try (Connection superuser = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      server = ServerRestart.of(superuser);
    }
    server.stop();
    Path before = server.data().resolve("pg_wal");
    try (var files = Files.walk(before)) {
      for (Path file : files.filter(it -> !it.equals(before)).toList()) {
        Path moved = wal.resolve(before.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectory(moved);
        } else {
          Files.copy(file, moved);
        }
      }
    }
    Files.move(before, server.data().resolveSibling("pg_wal-before"));
    Files.createSymbolicLink(before, wal);
    server.again();
    return server;
  }

  private static void lock(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE public.sensor_readings IN ROW EXCLUSIVE MODE");
    }
  }

  /** Until the server needs a file for more of its log. */
  private static void useUpLog(Night night) {
    try (Connection superuser = night.stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      while (true) {
        GuardLook.strings(superuser, "SELECT pg_logical_emit_message(false, 'more', 'log')::text");
        GuardLook.strings(superuser, "SELECT pg_switch_wal()::text");
      }
    } catch (SQLException itIsGone) {
      // As was wanted.
      return;
    }
  }

  private static String failureOfAnAttempt(Night night, String type) throws InterruptedException {
    while (true) {
      for (PendingActivityInfo activity :
          night.run().describe().getRawDescription().getPendingActivitiesList()) {
        if (activity.getActivityType().getName().equals(type) && activity.hasLastFailure()) {
          return activity.getLastFailure().getMessage();
        }
      }
      Thread.sleep(100);
    }
  }
}
