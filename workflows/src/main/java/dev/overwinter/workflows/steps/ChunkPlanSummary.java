package dev.overwinter.workflows.steps;

/**
 * The plan in numbers; the plan itself is in the ledger.
 *
 * @param tables tables to copy
 * @param chunks chunks they were divided into
 * @param bytes bytes of their heaps
 * @param estimatedRows rows by the source's statistics
 */
public record ChunkPlanSummary(int tables, int chunks, long bytes, long estimatedRows) {}
