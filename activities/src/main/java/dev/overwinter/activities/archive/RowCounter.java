package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;

/** Tells a lane's progress of rows, many at a time. Not thread-safe. */
public final class RowCounter {
  private static final int ROWS_AT_A_TIME = 500;

  private final LaneProgress progress;
  private final Measure measure;
  private long untold;

  /**
   * @param measure what the rows count as
   */
  public RowCounter(LaneProgress progress, Measure measure) {
    this.progress = progress;
    this.measure = measure;
  }

  /** So many rows are done. */
  public void add(long rows) {
    untold += rows;
    if (untold >= ROWS_AT_A_TIME) {
      flush();
    }
  }

  /** Tells what was not told yet. */
  public void flush() {
    progress.rows(measure, untold);
    untold = 0;
  }
}
