package dev.overwinter.workflows.steps;

/**
 * What the freeze holds.
 *
 * @param frozenSince when the last table was guarded, by the source's clock, ISO 8601 in UTC
 * @param guardedTables tables and partitions with a guard
 * @param waitedMillis how long writers in flight were waited for
 * @param rolesProven roles as which a write was tried and refused
 */
public record FreezeReport(
    String frozenSince, int guardedTables, long waitedMillis, int rolesProven) {}
