package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveFiles;
import dev.overwinter.activities.archive.ArchivedRows;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.postgres.CopyRowWriter;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Streams one part of a finished archive into its table. */
final class ArchivedPartLoader {
  private ArchivedPartLoader() {}

  /**
   * Copies a part's rows into the target, in the transaction of the connection.
   *
   * @return how many
   */
  static long load(
      Connection target,
      Chunk chunk,
      ArchiveFiles files,
      RowRemapper remapper,
      StepContext context) {
    try (ArchivedRows rows = files.open(chunk)) {
      TargetTables.execute(target, TargetTables.APPLICATION_PATH);
      CopyIn copy =
          target.unwrap(PGConnection.class).getCopyAPI().copyIn(TargetCopy.copyStatement(chunk));
      try {
        CopyRowWriter writer = new CopyRowWriter(copy::writeToCopy);
        for (byte[][] values = rows.next(); values != null; values = rows.next()) {
          remapper.remap(values);
          writer.write(values);
          context.count(Measure.ROWS_IMPORTED, 1);
        }
        writer.flush();
        if (copy.endCopy() != rows.count()) {
          throw new StepException(
              FailureType.DATABASE_REFUSED,
              "The target did not take all rows of the archive's file %s: a trigger or rule of %s there drops rows. Disable it, then start the import again."
                  .formatted(chunk.partFile(), chunk.table().target()));
        }
        return rows.count();
      } finally {
        TargetCopy.cancelUnlessEnded(copy);
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(
          e, "target", "import of %s from %s".formatted(chunk.table().target(), chunk.partFile()));
    }
  }
}
