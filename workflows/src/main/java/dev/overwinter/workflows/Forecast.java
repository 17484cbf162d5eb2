package dev.overwinter.workflows;

import dev.overwinter.workflows.status.StepProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Says when the step at work should end, from the speed between the first picture of it and the
 * latest. What was done before the first picture, by attempts before a park for one, says nothing
 * of the speed.
 */
public final class Forecast {
  /** Of the work; before that much is seen, a speed is chance. */
  private static final int SMALLEST_SHARE = 50;

  private StepProgress first;

  /**
   * @param picture the latest, or null when none could be had
   * @return the same with a forecast, where one can be made
   */
  public StepProgress of(StepProgress picture) {
    if (picture == null || picture.forecastTotal() <= 0) {
      return picture;
    }
    if (first == null) {
      first = picture;
      return picture;
    }
    Instant asOf = Instant.parse(picture.asOf());
    long elapsed = Duration.between(Instant.parse(first.asOf()), asOf).toMillis();
    long gained = picture.forecastDone() - first.forecastDone();
    if (elapsed <= 0 || gained <= picture.forecastTotal() / SMALLEST_SHARE) {
      return picture;
    }
    long left = Math.max(0, picture.forecastTotal() - picture.forecastDone());
    long millis = Math.round((double) left / gained * elapsed);
    return picture.expectedToEnd(asOf.plusMillis(millis).truncatedTo(ChronoUnit.SECONDS));
  }
}
