package dev.overwinter.workflows;

import static dev.overwinter.workflows.ScriptedNight.ONE_LANE;
import static dev.overwinter.workflows.ScriptedNight.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import dev.overwinter.workflows.status.RunState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RunMetricsTest {
  @Test
  void parks_their_time_and_ends_are_counted() throws Exception {
    MeterRegistry meters = new SimpleMeterRegistry();
    Scope scope =
        new RootScopeBuilder()
            .reporter(new MicrometerClientStatsReporter(meters))
            .reportEvery(com.uber.m3.util.Duration.ofMillis(10));
    try (ScriptedNight night = new ScriptedNight(scope)) {
      night.steps.leaseIsNotHeld();
      night.steps.failOnce("createUsers", FailureType.USERS_QUARANTINED, "2 users");
      night.start(json(ONE_LANE));
      night.await(RunState.PARKED);
      night.environment.sleep(Duration.ofMinutes(10));
      night.update("rollback", "{\"by\":\"ann\"}");
      night.result();
    }
    scope.close();

    assertThat(
            meters
                .get("overwinter_parks")
                .tag("step", "create_users")
                .tag("reason", "UsersQuarantined")
                .counter()
                .count())
        .isEqualTo(1);
    assertThat(meters.get("overwinter_parked").timer().totalTime(TimeUnit.MINUTES))
        .isBetween(10.0, 11.0);
    assertThat(meters.get("overwinter_runs_ended").tag("state", "rolled_back").counter().count())
        .isEqualTo(1);
  }
}
