package dev.overwinter.workflows.request;

import java.util.Objects;

/**
 * How the source is frozen, and for how long.
 *
 * @param leaseSeconds how long the guard outlives its last renewal; then the source frees itself
 * @param lockTimeoutMillis how long the raising of one table's guard may make others queue
 * @param drainSeconds how long writers in flight are waited for in all
 * @param endWritersSeconds how long a writer may be in the way before its session is ended, or 0 to
 *     end nobody, as in requests from before there was such a rule
 * @param windowSeconds how long the source may stay frozen before go-live
 * @param afterWindow what happens when the window ends before go-live
 */
public record FreezeRules(
    long leaseSeconds,
    long lockTimeoutMillis,
    long drainSeconds,
    long endWritersSeconds,
    long windowSeconds,
    TimeoutRule afterWindow) {
  public FreezeRules {
    Objects.requireNonNull(afterWindow, "afterWindow");
  }
}
