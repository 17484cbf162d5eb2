package dev.overwinter.workflows.request;

/**
 * What a rollback leaves behind.
 *
 * @param keepArchive whether the exported files stay
 */
public record RollbackRules(boolean keepArchive) {}
