package dev.overwinter.activities.archive;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of PostgreSQL's text forms have a form of their own in JSON. */
final class TextForms {
  private static final Pattern POSTGRES_TIMESTAMP =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?)(\\+00)?");
  private static final Pattern ISO_TIMESTAMP =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?)Z?");
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
  private static final Pattern LIKE_A_WRAPPER = Pattern.compile("\\{[ \\t]*\"[$\\\\]");

  private TextForms() {}

  static boolean isJsonNumber(byte[] bytes, int start, int length) {
    if (isPlainInteger(bytes, start, length)) {
      return true;
    }
    return NUMBER.matcher(new String(bytes, start, length, StandardCharsets.ISO_8859_1)).matches();
  }

  /** The usual case, without a pattern. */
  private static boolean isPlainInteger(byte[] bytes, int start, int length) {
    if (length == 0 || bytes[start] < '1' || bytes[start] > '9') {
      return false;
    }
    for (int i = start + 1; i < start + length; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return true;
  }

  /**
   * {@code 2026-01-02 03:04:05+00} as {@code 2026-01-02T03:04:05Z}; infinity and years of more than
   * four digits or before our era as they are.
   *
   * @param zone {@code "+00"} or, for a type without a time zone, {@code ""}
   */
  static String toIsoTimestamp(String text, String zone) {
    Matcher matcher = POSTGRES_TIMESTAMP.matcher(text);
    if (!matcher.matches() || zone.isEmpty() != (matcher.group(3) == null)) {
      return text;
    }
    return matcher.group(1) + "T" + matcher.group(2) + (zone.isEmpty() ? "" : "Z");
  }

  /** The inverse of {@link #toIsoTimestamp}. */
  static String toPostgresTimestamp(String text, String zone) {
    Matcher matcher = ISO_TIMESTAMP.matcher(text);
    // PostgreSQL itself prints no T, so that nothing else can look like this.
    return matcher.matches() ? matcher.group(1) + " " + matcher.group(2) + zone : text;
  }

  /**
   * Whether a JSON document can stand as it is as a value in a line and be found again: it has no
   * line break and no blank around it, is no null, and does not look like a wrapper.
   */
  static boolean isEmbeddable(String document) {
    return document.indexOf('\n') < 0
        && document.indexOf('\r') < 0
        && !isBlank(document.charAt(0))
        && !isBlank(document.charAt(document.length() - 1))
        && !document.equals("null")
        && !LIKE_A_WRAPPER.matcher(document).lookingAt();
  }

  private static boolean isBlank(char character) {
    return character == ' ' || character == '\t';
  }
}
