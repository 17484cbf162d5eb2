package dev.overwinter.activities.load;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;

/** Makes sure that every chunk is loaded before anything is restored. Thread-safe. */
public final class LoadCompletion {
  private final Database target;
  private final ImportLane lane;
  private final TargetLoad load;

  public LoadCompletion(Database target, ImportLane lane, TargetLoad load) {
    this.target = target;
    this.lane = lane;
    this.load = load;
  }

  /**
   * Loads what lanes left behind, then restores, sets sequences and analyzes.
   *
   * @throws StepException when another lane still works on a chunk
   */
  public PutAsideSummary complete(StepInput input, StepContext context) {
    lane.run(input, context);
    ChunkLedger.Totals totals = requireAllLoaded(target, input.run());
    lane.removeRows(input.run());
    return load.completeLoad(input, context).withRows(totals.rowsLoaded());
  }

  /**
   * Makes sure that every chunk of a run is loaded.
   *
   * @throws StepException when another lane still works on one
   */
  public static ChunkLedger.Totals requireAllLoaded(Database target, RunKey run) {
    ChunkLedger.Totals totals =
        target.inTransaction(
            "count of loaded chunks", connection -> ChunkLedger.totals(connection, run));
    if (totals.loaded() < totals.chunks()) {
      throw new StepException(
          FailureType.STEP_BUSY,
          "%d of %d chunks are not loaded yet; other lanes are still at work on them. It will be tried again."
              .formatted(totals.chunks() - totals.loaded(), totals.chunks()));
    }
    return totals;
  }
}
