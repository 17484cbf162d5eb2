package dev.overwinter.workflows.steps;

/**
 * What the freeze holds. What an older worker did not tell reads as 0.
 *
 * @param frozenSince when the last write from before had ended, by the source's clock, ISO 8601 in
 *     UTC
 * @param guardedTables tables and partitions with a guard
 * @param waitedMillis how long raising the guard took in all
 * @param rolesProven roles as which a write was tried and refused
 * @param refusedMillis how long new writes had been refused when the last one from before ended
 * @param endedWriters sessions that were ended because they did not end by themselves
 */
public record FreezeReport(
    String frozenSince,
    int guardedTables,
    long waitedMillis,
    int rolesProven,
    long refusedMillis,
    int endedWriters) {}
