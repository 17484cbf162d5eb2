package dev.overwinter.workflows.steps;

/**
 * What became of the accounts that the run made.
 *
 * @param removed accounts removed, now or by an earlier attempt
 * @param kept accounts kept because somebody has signed in since
 */
public record UserUndoSummary(long removed, long kept) {}
