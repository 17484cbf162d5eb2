package dev.overwinter.activities.archive;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of PostgreSQL's text forms have a form of their own in JSON. */
final class TextForms {
  private static final String TIMESTAMP = "0000-00-00 00:00:00";
  private static final int MOST_FRACTION_DIGITS = 6;
  private static final Pattern ISO_TIMESTAMP =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?)Z?");

  private TextForms() {}

  static boolean isJsonNumber(byte[] bytes, int start, int length) {
    int end = start + length;
    int i = start < end && bytes[start] == '-' ? start + 1 : start;
    int whole = afterDigits(bytes, i, end);
    if (whole == i || bytes[i] == '0' && whole > i + 1) {
      return false;
    }
    i = whole;
    if (i < end && bytes[i] == '.') {
      int fraction = afterDigits(bytes, i + 1, end);
      if (fraction == i + 1) {
        return false;
      }
      i = fraction;
    }
    if (i < end && (bytes[i] == 'e' || bytes[i] == 'E')) {
      i++;
      if (i < end && (bytes[i] == '+' || bytes[i] == '-')) {
        i++;
      }
      int exponent = afterDigits(bytes, i, end);
      return exponent > i && exponent == end;
    }
    return i == end;
  }

  private static int afterDigits(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
      i++;
    }
    return i;
  }

  /**
   * Whether a text is a timestamp that stands in ISO 8601 in JSON: {@code 2026-01-02 03:04:05+00}
   * as {@code 2026-01-02T03:04:05Z}; not infinity, nor years of more than four digits or before our
   * era.
   *
   * @param zone {@code "+00"} or, for a type without a time zone, {@code ""}
   */
  static boolean isPlainTimestamp(byte[] bytes, int start, int length, String zone) {
    int digits = length - zone.length();
    if (digits < TIMESTAMP.length() || digits == TIMESTAMP.length() + 1) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      char expected = i < TIMESTAMP.length() ? TIMESTAMP.charAt(i) : '0';
      byte current = bytes[start + i];
      boolean fits =
          i == TIMESTAMP.length()
              ? current == '.'
              : expected == '0' ? current >= '0' && current <= '9' : current == expected;
      if (!fits || i > TIMESTAMP.length() + MOST_FRACTION_DIGITS) {
        return false;
      }
    }
    for (int i = 0; i < zone.length(); i++) {
      if (bytes[start + digits + i] != zone.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The inverse: ISO 8601 as PostgreSQL prints it, and any other text as it is. */
  static String toPostgresTimestamp(String text, String zone) {
    Matcher matcher = ISO_TIMESTAMP.matcher(text);
    // PostgreSQL itself prints no T, so that nothing else can look like this.
    return matcher.matches() ? matcher.group(1) + " " + matcher.group(2) + zone : text;
  }

  /**
   * Whether a JSON document can stand as it is as a value in a line and be found again: it has no
   * line break and no blank around it, is no null, and does not look like a wrapper.
   */
  static boolean isEmbeddable(byte[] bytes, int start, int length) {
    if (length == 0 || isBlank(bytes[start]) || isBlank(bytes[start + length - 1])) {
      return false;
    }
    for (int i = start; i < start + length; i++) {
      if (bytes[i] == '\n' || bytes[i] == '\r') {
        return false;
      }
    }
    return !looksLikeWrapper(bytes, start, length) && !isNull(bytes, start, length);
  }

  private static boolean looksLikeWrapper(byte[] bytes, int start, int length) {
    if (bytes[start] != '{') {
      return false;
    }
    int i = start + 1;
    while (i < start + length && isBlank(bytes[i])) {
      i++;
    }
    return i + 1 < start + length
        && bytes[i] == '"'
        && (bytes[i + 1] == '$' || bytes[i + 1] == '\\');
  }

  private static boolean isNull(byte[] bytes, int start, int length) {
    return length == 4
        && bytes[start] == 'n'
        && bytes[start + 1] == 'u'
        && bytes[start + 2] == 'l'
        && bytes[start + 3] == 'l';
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || character == '\t';
  }
}
