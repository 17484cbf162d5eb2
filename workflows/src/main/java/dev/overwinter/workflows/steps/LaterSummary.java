package dev.overwinter.workflows.steps;

/**
 * What a run carried of tables left for later.
 *
 * @param tables tables that count as carried from now on
 * @param rows rows that it loaded
 */
public record LaterSummary(int tables, long rows) {}
