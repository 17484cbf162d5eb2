package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.steps.Progress;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/**
 * Tells how many rows of the whole run are done, seldom enough to cost nothing, and ends the lane
 * when its thread is interrupted. Not thread-safe.
 */
public final class LaneProgress {
  private static final long INTERVAL = Duration.ofMillis(500).toNanos();

  private final StepContext context;
  private long doneByAll;
  private long total;
  private long ownRows;
  private String detail = "";
  private long toldAt = System.nanoTime() - INTERVAL;

  /** Tells nothing before the first chunk. */
  public LaneProgress(StepContext context) {
    this.context = context;
  }

  /**
   * A chunk begins.
   *
   * @param doneByAll rows done by all lanes before it
   * @param total rows there are to do, or an estimate of them
   */
  public void begin(Chunk chunk, long doneByAll, long total) {
    this.doneByAll = doneByAll;
    this.total = total;
    this.ownRows = 0;
    this.detail = chunk.toString();
    tick();
  }

  /**
   * Rows of the chunk are done.
   *
   * @param measure what they count as
   */
  public void rows(Measure measure, long rows) {
    ownRows += rows;
    context.count(measure, rows);
    tick();
  }

  /** Bytes went over the wire: a row may be so large that none is done for long. */
  public void bytes(Measure measure, long bytes) {
    context.count(measure, bytes);
    tick();
  }

  /** Something moves, though no row is done. */
  public void tick() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("The worker is told to stop; the chunk will be done again.");
    }
    long now = System.nanoTime();
    if (now - toldAt >= INTERVAL) {
      toldAt = now;
      long done = doneByAll + ownRows;
      context.progress(new Progress(done, Math.max(total, done), "rows", detail));
    }
  }
}
