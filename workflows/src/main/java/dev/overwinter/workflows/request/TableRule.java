package dev.overwinter.workflows.request;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a table differs between source and target.
 *
 * @param rename its name in the target as {@code schema.table}, or null to keep it
 * @param filter an SQL condition that copied rows meet, evaluated on a row of the source, or null
 *     for all rows
 * @param fate whether it is carried by this run
 * @param columns rules for its columns
 */
public record TableRule(String rename, String filter, Fate fate, Map<String, ColumnRule> columns) {
  /** Whether a table is carried. */
  public enum Fate {
    /** By this run. */
    CARRIED,
    /** It stays behind for good. */
    SKIPPED,
    /** It stays behind until somebody carries it after go-live. */
    LATER
  }

  public TableRule {
    fate = fate == null ? Fate.CARRIED : fate;
    columns = columns == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(columns));
  }
}
