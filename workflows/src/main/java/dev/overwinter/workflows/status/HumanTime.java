package dev.overwinter.workflows.status;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times and durations as people read them, the same on every worker. */
public final class HumanTime {
  private static final DateTimeFormatter TIME = formatter("HH:mm:ss 'UTC'");
  private static final DateTimeFormatter DAY_AND_TIME = formatter("d MMMM, HH:mm:ss 'UTC'");
  private static final DateTimeFormatter MOMENT = formatter("HH:mm:ss 'UTC on' d MMMM yyyy");

  private HumanTime() {}

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
  }

  /** Such as {@code 21:14:05 UTC on 20 November 2026}. */
  public static String moment(Instant instant) {
    return MOMENT.format(instant);
  }

  /**
   * Such as {@code 21:14:05 UTC}, and {@code 21 November, 05:14:05 UTC} on another day than today.
   */
  public static String clock(Instant instant, Instant today) {
    return day(instant).equals(day(today)) ? TIME.format(instant) : DAY_AND_TIME.format(instant);
  }

  private static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }

  /** Such as {@code 13 s}, {@code 2 min 13 s}, {@code 3 h 5 min}, {@code 2 d 4 h}. */
  public static String duration(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds == 0 ? "under 1 s" : seconds + " s";
    }
    if (seconds < 3600) {
      return "%d min %d s".formatted(seconds / 60, seconds % 60);
    }
    if (seconds < 48 * 3600) {
      return "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }
    return "%d d %d h".formatted(seconds / 86_400, seconds % 86_400 / 3600);
  }
}
