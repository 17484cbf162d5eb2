package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.demo.CrashPlan;
import dev.overwinter.sandbox.demo.CrashPoint;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Temporal's server loses power and comes back on its database; the worker stays. */
@OnRealTemporal
@Timeout(600)
class ServerKilledTest {
  @TempDir Path directory;

  @Test
  void a_server_killed_in_mid_export_in_mid_import_and_before_approval_changes_nothing()
      throws Exception {
    RealTemporal temporal = new RealTemporal();
    CrashPlan.Blow killTheServer =
        new CrashPlan.Blow() {
          @Override
          public void strike() {
            temporal.kill();
          }

          @Override
          public void mend() throws Exception {
            temporal.startAgain();
          }
        };
    try (Night night = Night.prepare(directory, temporal)) {
      long worker;
      try (CrashPlan crashes =
          CrashPlan.start(
              night.stage.target(),
              List.of(CrashPoint.EXPORT, CrashPoint.IMPORT),
              killTheServer,
              told -> {})) {
        night.begin();
        worker = night.stage.worker().pid();
        night.await(RunState.WAITING_FOR_APPROVAL);
        assertThat(crashes.landings())
            .extracting(CrashPlan.Landing::point)
            .containsExactly(CrashPoint.EXPORT, CrashPoint.IMPORT);
      }
      temporal.kill();
      temporal.startAgain();

      night.approve();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(night.stage.worker().isAlive()).isTrue();
      assertThat(night.stage.worker().pid()).isEqualTo(worker);
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      Expect.onlyTheSourceIsGuarded(night.stage);
    }
  }
}
