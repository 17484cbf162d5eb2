package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Numbers and durations as people read them. */
final class ProgressText {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private ProgressText() {}

  /** How far, such as {@code 1,200 of 4,000 rows (30 %), public.units}. */
  static String of(Progress progress) {
    StringBuilder text = new StringBuilder(number(progress.done()));
    if (progress.total() > 0) {
      text.append(" of ").append(number(progress.total()));
    }
    text.append(' ').append(progress.unit() == null ? "" : progress.unit());
    if (progress.total() > 0) {
      text.append(" (%d %%)".formatted(Math.min(100, 100 * progress.done() / progress.total())));
    }
    if (progress.detail() != null && !progress.detail().isBlank()) {
      text.append(", ").append(progress.detail());
    }
    return text.toString();
  }

  /** With separators between thousands. */
  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /**
   * Such as {@code 2026-11-20 19:38 UTC}.
   *
   * @param instant ISO 8601 in UTC; anything else stays as it is
   */
  static String moment(String instant) {
    try {
      return MOMENT.format(Instant.parse(instant));
    } catch (DateTimeParseException e) {
      return instant;
    }
  }

  /** Such as {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 05 min}. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return "%d min %d s".formatted(seconds / 60, seconds % 60);
    }
    return "%d h %02d min".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
