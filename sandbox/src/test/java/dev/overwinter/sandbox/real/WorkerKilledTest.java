package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.CrashPlan;
import dev.overwinter.sandbox.demo.CrashPoint;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker's host loses power; another worker comes up. */
@OnRealTemporal
@Timeout(600)
class WorkerKilledTest {
  @TempDir Path directory;

  @Test
  void a_worker_killed_in_freeze_export_user_creation_import_and_verification_changes_nothing()
      throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal())) {
      try (CrashPlan crashes =
          CrashPlan.start(night.stage.target(), night.stage.worker(), told -> {})) {
        night.begin();
        awaitHalfGuarded(night);
        killAndStartAgain(night);
        Activities.awaitStarted(night, "Verify");
        killAndStartAgain(night);
        assertThat(crashes.landings())
            .extracting(CrashPlan.Landing::point)
            .containsExactly(CrashPoint.values());
        assertThat(crashes.landings())
            .allSatisfy(landing -> assertThat(landing.isInTheMiddle()).isTrue());
      }
      night.approve();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(Activities.retried(night))
          .contains("RaiseFreeze", "ExportChunks", "CreateUsers", "ImportChunks", "Verify");
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      Expect.onlyTheSourceIsGuarded(night.stage);
    }
  }

  private static void killAndStartAgain(Night night) {
    night.stage.worker().kill();
    night.stage.worker().start();
  }

  /** Until some of the source's tables are guarded. */
  private static void awaitHalfGuarded(Night night) throws Exception {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement()) {
      while (true) {
        try (ResultSet triggers =
            statement.executeQuery(
                "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%overwinter%'")) {
          triggers.next();
          if (triggers.getLong(1) > 0) {
            return;
          }
        }
        Thread.sleep(2);
      }
    }
  }
}
