package dev.overwinter.workflows.steps;

/**
 * What one lane did in its last attempt.
 *
 * @param chunks chunks finished
 * @param rows rows in them
 * @param bytes bytes of COPY text in them
 */
public record LaneSummary(int chunks, long rows, long bytes) {}
