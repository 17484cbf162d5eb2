package dev.overwinter.workflows.steps;

/**
 * What lifting the freeze did.
 *
 * @param wasFrozen whether this run's guard stood when lifting began
 * @param writableAfterMillis how long it took until the source took writes again
 * @param leftBehind objects that could not be removed yet; they guard nothing any more
 */
public record LiftReport(boolean wasFrozen, long writableAfterMillis, int leftBehind) {}
