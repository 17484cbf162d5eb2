package dev.overwinter.workflows.request;

/**
 * What may be done to the target before rows are loaded.
 *
 * @param createTables whether tables that it lacks are created from the source's definitions, with
 *     all that belongs to them
 * @param truncate the name of the target's database, if its tables may be emptied of rows that this
 *     run did not load; null otherwise
 */
public record TargetRules(boolean createTables, String truncate) {
  /** Nothing: as in requests from before there were such rules. */
  public static final TargetRules NOTHING = new TargetRules(false, null);
}
