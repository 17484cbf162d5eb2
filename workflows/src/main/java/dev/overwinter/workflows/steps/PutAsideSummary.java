package dev.overwinter.workflows.steps;

/**
 * What was put aside or restored.
 *
 * @param indexes indexes
 * @param foreignKeys foreign keys
 * @param triggers triggers
 * @param sequences sequences set; 0 when putting aside
 * @param rows rows loaded by all attempts; 0 when putting aside
 */
public record PutAsideSummary(
    int indexes, int foreignKeys, int triggers, int sequences, long rows) {
  /** The same with the rows that were loaded. */
  public PutAsideSummary withRows(long loaded) {
    return new PutAsideSummary(indexes, foreignKeys, triggers, sequences, loaded);
  }
}
