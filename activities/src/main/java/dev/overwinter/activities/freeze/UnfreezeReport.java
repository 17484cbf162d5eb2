package dev.overwinter.activities.freeze;

import java.util.Objects;

/**
 * What {@code overwinter unfreeze} found and did.
 *
 * @param wasFrozen whether a guard stood
 * @param found whose guard it was, since when, and until when it would have held; a sentence
 * @param leftBehind objects that could not be removed yet because their tables are in use; they
 *     guard nothing any more, and unfreezing again removes them
 */
public record UnfreezeReport(boolean wasFrozen, String found, int leftBehind) {
  public UnfreezeReport {
    Objects.requireNonNull(found, "found");
  }
}
