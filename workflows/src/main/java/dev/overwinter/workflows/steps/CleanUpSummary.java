package dev.overwinter.workflows.steps;

import java.util.List;

/**
 * What a clean-up did.
 *
 * @param tablesEmptied tables emptied of what the run loaded
 * @param objectsRestored indexes, foreign keys and triggers restored
 * @param leftBehind what could not be undone, by name
 */
public record CleanUpSummary(int tablesEmptied, int objectsRestored, List<String> leftBehind) {
  public CleanUpSummary {
    leftBehind = List.copyOf(leftBehind);
  }
}
