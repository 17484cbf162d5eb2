package dev.overwinter.workflows.steps;

/**
 * The remapping in numbers.
 *
 * @param columns columns whose user ids are replaced
 * @param references references to carried users in them
 * @param unknown references to people without a new account, kept by rule
 */
public record RemapSummary(int columns, long references, long unknown) {}
