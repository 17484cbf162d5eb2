package dev.overwinter.workflows.steps;

/**
 * What a run that carried tables left for later took back.
 *
 * @param rows rows removed
 * @param left rows that it had loaded and that are not its own any more: the application has
 *     changed or removed them since
 */
public record LaterUndoSummary(long rows, long left) {}
