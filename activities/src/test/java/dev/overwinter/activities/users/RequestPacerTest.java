package dev.overwinter.activities.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestPacerTest {
  private final StackAuthPace pace =
      new StackAuthPace(
          Duration.ofSeconds(1),
          Duration.ofMillis(20),
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          Duration.ofMillis(200));

  @Test
  void a_throttled_burst_halves_once_and_answers_raise_slowly() {
    RequestPacer pacer = new RequestPacer(8, pace);
    pacer.throttled(null);
    pacer.throttled(null);
    assertThat(pacer.allowed()).isEqualTo(4);
    for (int i = 0; i < 16; i++) {
      pacer.answered();
    }
    assertThat(pacer.allowed()).isEqualTo(5);
    for (int i = 0; i < 1000; i++) {
      pacer.answered();
    }
    assertThat(pacer.allowed()).isEqualTo(8);
  }

  @Test
  void nobody_starts_before_the_pause_is_over_and_no_pause_is_endless() throws Exception {
    RequestPacer pacer = new RequestPacer(8, pace);
    pacer.throttled(Duration.ofHours(1));
    long begun = System.nanoTime();
    pacer.acquire();
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(90), Duration.ofSeconds(5));
  }

  @Test
  void nothing_but_429_for_too_long_ends_the_step() throws Exception {
    RequestPacer pacer = new RequestPacer(8, pace);
    pacer.throttled(null);
    Thread.sleep(250);
    assertThatThrownBy(() -> pacer.throttled(null)).isInstanceOf(StepException.class);
  }
}
