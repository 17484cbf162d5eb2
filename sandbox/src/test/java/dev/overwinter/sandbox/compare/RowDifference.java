package dev.overwinter.sandbox.compare;

import java.util.List;

/**
 * A row that is not on the target as it should be.
 *
 * @param table the table
 * @param key the primary key on the target, as text
 * @param kind what is wrong
 * @param columns the columns that differ, when the kind is DIFFERENT
 */
public record RowDifference(String table, String key, Kind kind, List<String> columns) {
  /** What can be wrong with a row. */
  public enum Kind {
    /** The source has it, the target does not. */
    MISSING,
    /** The target has it, the source does not, or not so often. */
    EXTRA,
    /** Both have it, with other values. */
    DIFFERENT
  }

  public RowDifference {
    columns = List.copyOf(columns);
  }
}
