package dev.overwinter.workflows.steps;

import java.util.List;

/**
 * What lifting the freeze did.
 *
 * @param wasFrozen whether this run's guard stood when lifting began
 * @param writableAfterMillis how long it took until the source took writes again
 * @param leftBehind objects that could not be removed yet; they guard nothing any more
 * @param jobsPaused pg_cron's numbers of jobs that were paused for the freeze and could not be
 *     resumed
 */
public record LiftReport(
    boolean wasFrozen, long writableAfterMillis, int leftBehind, List<Long> jobsPaused) {
  public LiftReport {
    // Runs from before jobs were paused recorded none.
    jobsPaused = jobsPaused == null ? List.of() : List.copyOf(jobsPaused);
  }
}
