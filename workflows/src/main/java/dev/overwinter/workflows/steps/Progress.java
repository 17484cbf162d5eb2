package dev.overwinter.workflows.steps;

/**
 * How far a step is, as its heartbeat tells. A hint for people; the truth is in the ledger.
 *
 * @param done units done so far
 * @param total units in all, or 0 when unknown
 * @param unit what is counted: rows, users, tables
 * @param detail what is being worked on, such as a table's name
 */
public record Progress(long done, long total, String unit, String detail) {}
