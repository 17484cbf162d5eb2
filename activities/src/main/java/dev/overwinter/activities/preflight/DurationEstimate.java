package dev.overwinter.activities.preflight;

/**
 * How long the source will be frozen, from cautious rates: what one core of a small server does for
 * one lane, all steps together. A rehearsal tells better.
 */
final class DurationEstimate {
  /** Export, import with indexes, and verification on both sides, one after the other. */
  private static final long ROWS_PER_SECOND = 20_000;

  private static final long BYTES_PER_SECOND = 5_000_000;

  /** Accounts made in Stack Auth by parallel requests to one server. */
  private static final long USERS_PER_SECOND = 10;

  /** Raising and proving the freeze, planning, and the report. */
  private static final long FIXED_SECONDS = 120;

  private DurationEstimate() {}

  /** Seconds without a reserve. */
  static long bareSeconds(long rows, long bytes, long users) {
    long copying = Math.max(rows / ROWS_PER_SECOND, bytes / BYTES_PER_SECOND);
    return FIXED_SECONDS + copying + users / USERS_PER_SECOND;
  }

  /** Seconds with half as much again. */
  static long withReserve(long bareSeconds) {
    return bareSeconds + bareSeconds / 2;
  }
}
