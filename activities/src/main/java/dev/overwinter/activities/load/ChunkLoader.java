package dev.overwinter.activities.load;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.archive.PartRows;
import dev.overwinter.activities.postgres.CopyRowWriter;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.LaneSummary;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Streams one part into its table. */
final class ChunkLoader {
  private ChunkLoader() {}

  /**
   * Copies a chunk's rows into the target, in the transaction of the connection.
   *
   * @return one chunk, its rows and its bytes of COPY text
   */
  static LaneSummary load(
      Connection target,
      Chunk chunk,
      ArchiveParts parts,
      RowRemapper remapper,
      LaneProgress progress) {
    try (PartRows rows = parts.open(chunk)) {
      TargetTables.execute(target, TargetTables.APPLICATION_PATH);
      CopyIn copy = target.unwrap(PGConnection.class).getCopyAPI().copyIn(copyStatement(chunk));
      try {
        CopyRowWriter writer = new CopyRowWriter(copy::writeToCopy);
        for (byte[][] values = rows.next(); values != null; values = rows.next()) {
          remapper.remap(values);
          writer.write(values);
          progress.row();
        }
        writer.flush();
        long loaded = copy.endCopy();
        if (loaded != chunk.part().digest().rows()) {
          throw new StepException(
              FailureType.DATABASE_REFUSED,
              ("The target took %d of the %d rows of %s: a trigger or rule of the table there drops"
                      + " rows. Disable it, then retry the step.")
                  .formatted(loaded, chunk.part().digest().rows(), chunk));
        }
        return new LaneSummary(1, loaded, writer.bytes());
      } finally {
        cancelUnlessEnded(copy);
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(e, "target", "import of " + chunk);
    }
  }

  private static String copyStatement(Chunk chunk) {
    String columns = chunk.table().columnList();
    // An empty list is no SQL; without one COPY leaves generated columns out by itself.
    return "COPY %s %s FROM STDIN (FORMAT text, ENCODING 'UTF8')"
        .formatted(chunk.table().target().sql(), columns.isEmpty() ? "" : "(" + columns + ")");
  }

  private static void cancelUnlessEnded(CopyIn copy) {
    if (copy.isActive()) {
      try {
        copy.cancelCopy();
      } catch (SQLException e) {
        // The failure that led here tells more; the transaction is rolled back in any case.
        return;
      }
    }
  }
}
