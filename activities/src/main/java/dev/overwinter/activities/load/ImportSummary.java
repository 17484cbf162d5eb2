package dev.overwinter.activities.load;

/**
 * What an import did, over all its attempts.
 *
 * @param tables tables loaded
 * @param parts files loaded
 * @param rows rows loaded
 */
public record ImportSummary(int tables, int parts, long rows) {}
