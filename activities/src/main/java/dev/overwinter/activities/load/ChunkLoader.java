package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.BinaryRowFile;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.DamagedPartException;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.archive.PartRows;
import dev.overwinter.activities.archive.RowCounter;
import dev.overwinter.activities.postgres.CopyBinaryReader;
import dev.overwinter.activities.postgres.CopyRowWriter;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.LaneSummary;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Streams one part into its table, or into another relation with the same columns. */
public final class ChunkLoader {
  private ChunkLoader() {}

  /**
   * Copies a chunk's rows into the target, in the transaction of the connection.
   *
   * @return one chunk, its rows and its bytes of COPY
   * @throws DamagedPartException when the file of its binary rows is damaged; nothing may be
   *     committed then
   */
  static LaneSummary load(
      Connection target,
      Chunk chunk,
      ArchiveParts parts,
      RowRemapper remapper,
      LaneProgress progress) {
    return load(target, chunk, chunk.table().target().sql(), parts, remapper, progress);
  }

  /**
   * Like {@link #load(Connection, Chunk, ArchiveParts, RowRemapper, LaneProgress)}.
   *
   * @param relation where the rows go, as SQL names it
   */
  public static LaneSummary load(
      Connection target,
      Chunk chunk,
      String relation,
      ArchiveParts parts,
      RowRemapper remapper,
      LaneProgress progress) {
    try {
      TargetTables.execute(target, TargetTables.APPLICATION_PATH);
      CopyIn copy =
          target.unwrap(PGConnection.class).getCopyAPI().copyIn(copyStatement(chunk, relation));
      try {
        RowCounter counter = new RowCounter(progress, Measure.ROWS_IMPORTED);
        CopyRowWriter writer =
            new CopyRowWriter(
                (bytes, offset, length) -> {
                  copy.writeToCopy(bytes, offset, length);
                  progress.bytes(Measure.BYTES_IMPORTED, length);
                });
        if (chunk.isBinary()) {
          sendBinary(chunk, parts, remapper, writer, counter);
        } else {
          sendText(chunk, parts, remapper, writer, counter);
        }
        counter.flush();
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

  private static void sendText(
      Chunk chunk, ArchiveParts parts, RowRemapper remapper, CopyRowWriter writer, RowCounter done)
      throws SQLException {
    try (PartRows rows = parts.open(chunk)) {
      for (byte[][] values = rows.next(); values != null; values = rows.next()) {
        remapper.remap(values);
        writer.write(values);
        done.add(1);
      }
      writer.flush();
    }
  }

  private static void sendBinary(
      Chunk chunk, ArchiveParts parts, RowRemapper remapper, CopyRowWriter writer, RowCounter done)
      throws SQLException {
    try (BinaryRowFile rows = parts.openRows(chunk)) {
      int columns = chunk.wireTypes().size();
      writer.writeRaw(CopyBinaryReader.header());
      for (CopyBinaryReader row = rows.next(); row != null; row = rows.next()) {
        remapper.remap(row);
        int start = row.rowStart();
        writer.writeRaw(row.bytes(), start, row.endOf(columns) - start);
        done.add(1);
      }
      writer.writeRaw(CopyBinaryReader.trailer());
      writer.flush();
    } catch (SQLException e) {
      // What the target refuses may be what a damaged file made of a value.
      if (!parts.hasRecordedRows(chunk)) {
        throw new DamagedPartException("holds other rows than were exported");
      }
      throw e;
    }
  }

  static String copyStatement(Chunk chunk) {
    return copyStatement(chunk, chunk.table().target().sql());
  }

  private static String copyStatement(Chunk chunk, String relation) {
    String columns = chunk.table().columnList();
    // An empty list is no SQL; without one COPY leaves generated columns out by itself.
    return "COPY %s %s FROM STDIN (%s)"
        .formatted(
            relation,
            columns.isEmpty() ? "" : "(" + columns + ")",
            chunk.isBinary() ? "FORMAT binary" : "FORMAT text, ENCODING 'UTF8'");
  }

  static void cancelUnlessEnded(CopyIn copy) {
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
