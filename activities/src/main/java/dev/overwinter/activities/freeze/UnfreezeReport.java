package dev.overwinter.activities.freeze;

import java.util.List;
import java.util.Objects;

/**
 * What {@code overwinter unfreeze} found and did.
 *
 * @param wasFrozen whether a guard stood
 * @param found whose guard it was, since when, and until when it would have held; a sentence
 * @param afterwards what is to be seen to now, as sentences; empty when no guard stood
 * @param leftBehind objects that could not be removed yet because their tables are in use; they
 *     guard nothing any more, and unfreezing again removes them
 * @param jobsPaused pg_cron's numbers of jobs that were paused for the freeze and could not be
 *     resumed
 */
public record UnfreezeReport(
    boolean wasFrozen, String found, String afterwards, int leftBehind, List<Long> jobsPaused) {
  public UnfreezeReport {
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(afterwards, "afterwards");
    jobsPaused = List.copyOf(jobsPaused);
  }
}
