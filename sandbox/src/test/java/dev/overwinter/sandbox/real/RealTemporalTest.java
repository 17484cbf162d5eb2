package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A night on the real Temporal, approved with its own command line tool. */
@OnRealTemporal
@Timeout(300)
class RealTemporalTest {
  @TempDir Path directory;

  @Test
  void a_night_goes_live_with_the_command_that_the_status_names() throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      night.begin();
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

      Typed approval =
          temporal.type(directory, waiting.nextCommands().get(0).replace("YOUR NAME", "ann"));

      assertThat(approval.exitCode()).as(approval.all()).isZero();
      RunStatus end = night.result();
      assertThat(end.state()).isEqualTo(RunState.LIVE);
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
    }
  }
}
