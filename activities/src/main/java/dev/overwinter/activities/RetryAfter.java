package dev.overwinter.activities;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import okhttp3.Response;

/** The pause that an HTTP server asks for. */
public final class RetryAfter {
  private RetryAfter() {}

  /** Given in seconds or as a date; null when there is none or it makes no sense. */
  public static Duration of(Response response) {
    String value = response.header("Retry-After");
    if (value == null) {
      return null;
    }
    try {
      if (value.chars().allMatch(Character::isDigit)) {
        return Duration.ofSeconds(Long.parseLong(value));
      }
      Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), at);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (NumberFormatException | DateTimeParseException senseless) {
      return null;
    }
  }
}
