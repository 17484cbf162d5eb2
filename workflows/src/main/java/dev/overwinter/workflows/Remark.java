package dev.overwinter.workflows;

import java.util.regex.Pattern;

/**
 * What an operator wrote freely, fit to be shown and kept: short, without the rest of an e-mail
 * address, and without anything as long as a key or token. What was typed stands in Temporal's
 * history all the same; this keeps it out of the status, the dashboard and the report.
 */
final class Remark {
  private static final Pattern EMAIL = Pattern.compile("@[\\w-]+(\\.[\\w-]+)+");
  private static final Pattern LONG_WORD = Pattern.compile("(\\S{8})\\S{24,}");

  private Remark() {}

  /** The text, at most so many characters of it. */
  static String of(String text, int most) {
    // Cut first: patterns on a megabyte would hold up the workflow.
    String cut = text.length() <= most ? text : text.substring(0, most) + "…";
    String anonymous = EMAIL.matcher(cut).replaceAll("@…");
    return LONG_WORD.matcher(anonymous).replaceAll("$1…").strip();
  }
}
