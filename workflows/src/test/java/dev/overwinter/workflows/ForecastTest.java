package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T21:00:00Z");

  private final Forecast forecast = new Forecast();

  @Test
  void what_is_left_takes_as_long_as_what_was_done_since_the_first_look() {
    assertThat(expectedAt(0, 0)).isNull();
    assertThat(expectedAt(60, 100)).isEqualTo("2026-01-01T21:10:00Z");
    assertThat(expectedAt(120, 100)).isEqualTo("2026-01-01T21:20:00Z");
    assertThat(expectedAt(180, 600)).isEqualTo("2026-01-01T21:05:00Z");
    assertThat(expectedAt(200, 1_000)).isEqualTo("2026-01-01T21:03:20Z");
  }

  @Test
  void what_an_attempt_before_has_done_says_nothing_of_the_speed() {
    assertThat(expectedAt(0, 800)).isNull();
    assertThat(expectedAt(60, 900)).isEqualTo("2026-01-01T21:02:00Z");
  }

  @Test
  void nothing_is_said_before_a_fiftieth_is_seen_or_when_nothing_moves() {
    assertThat(expectedAt(0, 0)).isNull();
    assertThat(expectedAt(60, 20)).isNull();
    assertThat(expectedAt(61, 21)).isNotNull();
    assertThat(forecast.of(null)).isNull();
    assertThat(forecast.of(picture(70, 0, 0)).expectedEnd()).isNull();
  }

  @Test
  void where_work_is_not_known_what_is_counted_stands_for_it() {
    forecast.of(users(0, 0));
    assertThat(forecast.of(users(10, 50)).expectedEnd()).isEqualTo("2026-01-01T21:00:20Z");
  }

  private String expectedAt(long second, long done) {
    return forecast.of(picture(second, done, 1_000)).expectedEnd();
  }

  private static StepProgress picture(long second, long done, long total) {
    String asOf = BEGIN.plusSeconds(second).toString();
    return new StepProgress(Step.IMPORT, asOf, 7, 0, "rows", done, total, null, List.of(), 0);
  }

  private static StepProgress users(long second, long done) {
    String asOf = BEGIN.plusSeconds(second).toString();
    return new StepProgress(Step.CREATE_USERS, asOf, done, 100, "users", 0, 0, null, List.of(), 0);
  }
}
