package dev.overwinter.workflows;

import static dev.overwinter.workflows.ScriptedNight.APPROVAL;
import static dev.overwinter.workflows.ScriptedNight.ONE_LANE;
import static dev.overwinter.workflows.ScriptedNight.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.status.Dashboard;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class ProgressWatchTest {
  private static final String LONG_WINDOW =
      "{\"copy\":{\"lanes\":1},\"freeze\":{\"window\":\"P3D\"},\"approval\":{\"timeout\":\"P3D\"}}";

  private final ScriptedNight night = new ScriptedNight();

  @AfterEach
  void stop() {
    night.close();
  }

  @Test
  void while_a_step_copies_status_and_dashboard_show_how_far_each_table_is() throws Exception {
    night.steps.block("exportChunks");
    night.start(json(ONE_LANE));

    RunStatus status = night.await(now -> now.progress() != null);

    assertThat(status.progress().step()).isEqualTo(Step.EXPORT);
    assertThat(status.progress().tables()).extracting("table").containsExactly("public.units");
    assertThat(Dashboard.markdown(status, Instant.parse("2026-01-01T00:00:00Z")))
        .containsPattern("▶ export .* \\d,000 of about 500,000 rows")
        .containsPattern("### Tables in export at 00:\\d\\d:\\d0 UTC")
        .containsPattern("▶ public.units +\\d of 300 chunks +\\d,000 rows")
        .contains("and 22 more tables");
    night.update("rollback", "{\"by\":\"ann\"}");
    assertThat(night.result().progress()).isNull();
    night.replay();
  }

  @Test
  void eight_hours_of_copying_cost_few_events() throws Exception {
    night.steps.leaseIsNotHeld();
    night.steps.failOnceFor("exportChunks", Duration.ofHours(8));
    night.start(json(LONG_WINDOW));
    night.environment.sleep(Duration.ofHours(9));
    night.await(RunState.WAITING_FOR_APPROVAL);

    assertThat(night.steps.looks()).isBetween(100, 140);
    // The scripted steps answer at once, so that each look takes a timer too.
    assertThat(night.client().fetchHistory("night-1").getEvents().size()).isLessThan(1_700);
    night.update("approveGoLive", APPROVAL);
    assertThat(night.result().state()).isEqualTo(RunState.LIVE);
    night.replay();
  }

  @Test
  void a_picture_that_cannot_be_had_harms_nobody() throws Exception {
    night.steps.leaseIsNotHeld();
    night.steps.nothingCanBeSeen();
    night.steps.failOnceFor("importChunks", Duration.ofHours(1));
    night.start(json(LONG_WINDOW));
    night.environment.sleep(Duration.ofHours(2));

    RunStatus status = night.await(RunState.WAITING_FOR_APPROVAL);

    assertThat(status.decisions()).isEmpty();
    assertThat(status.progress()).isNull();
    assertThat(night.steps.looks()).isGreaterThan(10);
  }

  @ParameterizedTest
  @CsvSource({"10, 2", "100, 20", "3600, 94", "28800, 137", "172800, 174"})
  void looks_grow_with_the_logarithm_of_the_length_of_a_step(long seconds, int most) {
    int looks = 1;
    long age = 5;
    while (age < seconds) {
      age += ProgressWatch.waitAt(Duration.ofSeconds(age)).toSeconds();
      looks++;
    }
    assertThat(looks).isLessThanOrEqualTo(most);
  }
}
