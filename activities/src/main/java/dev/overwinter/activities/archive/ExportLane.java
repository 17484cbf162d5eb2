package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Exports chunks one after the other until none is left to take. A chunk is claimed, exported and
 * recorded in one transaction of the target: when a lane dies, its claim ends with its connection.
 * Thread-safe.
 */
public final class ExportLane {
  private final Database source;
  private final Database target;
  private final Path archiveDirectory;

  /**
   * @param archiveDirectory where the runs' directories are; a volume that all workers share, or
   *     each worker's own: a part that a worker misses is exported again
   */
  public ExportLane(Database source, Database target, Path archiveDirectory) {
    this.source = source;
    this.target = target;
    this.archiveDirectory = archiveDirectory;
  }

  /**
   * Works until no chunk is left to take; other lanes may still be at work on theirs. Without an
   * archive there is nothing to do: rows go from the source into the target when they are imported.
   */
  public LaneSummary run(StepInput input, StepContext context) {
    if (!input.request().copy().archive()) {
      return new LaneSummary(0, 0, 0);
    }
    LaneProgress progress = new LaneProgress(context);
    ArchiveParts parts = new ArchiveParts(source, archiveDirectory, input, context, progress);
    LaneSummary sum = new LaneSummary(0, 0, 0);
    while (true) {
      context.border();
      Optional<ChunkExporter.Export> export =
          target.inTransaction(
              "record of an export",
              CancelGuard.guarding(
                  context, connection -> exportNext(connection, input.run(), parts, progress)));
      if (export.isEmpty()) {
        return sum;
      }
      context.count(Measure.CHUNKS_EXPORTED, 1);
      sum =
          new LaneSummary(
              sum.chunks() + 1,
              sum.rows() + export.get().part().digest().rows(),
              sum.bytes() + export.get().copyBytes());
    }
  }

  private static Optional<ChunkExporter.Export> exportNext(
      Connection connection, RunKey run, ArchiveParts parts, LaneProgress progress)
      throws SQLException {
    Optional<Chunk> chunk = ChunkLedger.claimToExport(connection, run);
    if (chunk.isEmpty()) {
      return Optional.empty();
    }
    ChunkLedger.Totals totals = ChunkLedger.totals(connection, run);
    progress.begin(chunk.get(), totals.rowsExported(), totals.rowsEstimated());
    return Optional.of(parts.export(connection, chunk.get()));
  }
}
