package dev.overwinter.workflows.request;

import java.util.Collection;

/** Finds what somebody probably meant. */
public final class NearestName {
  private NearestName() {}

  /** A hint for a name that is not among the known ones. */
  public static String suggestion(String name, Collection<String> known) {
    String nearest = null;
    int nearestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(name.toLowerCase(), candidate.toLowerCase());
      if (distance < nearestDistance) {
        nearest = candidate;
        nearestDistance = distance;
      }
    }
    if (nearest != null && nearestDistance <= Math.max(2, name.length() / 3)) {
      return "did you mean " + nearest + "?";
    }
    return known.isEmpty() ? "nothing may stand here" : "known are " + String.join(", ", known);
  }

  /** Levenshtein's edit distance. */
  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int column = 0; column <= right.length(); column++) {
      row[column] = column;
    }
    for (int line = 1; line <= left.length(); line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column <= right.length(); column++) {
        int substituted = diagonal + (left.charAt(line - 1) == right.charAt(column - 1) ? 0 : 1);
        diagonal = row[column];
        row[column] = Math.min(substituted, 1 + Math.min(row[column], row[column - 1]));
      }
    }
    return row[right.length()];
  }
}
