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
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.steps.LaneSummary;
import java.sql.Connection;

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
    try (TargetCopy copy = TargetCopy.begin(target, chunk, relation, progress)) {
      RowCounter counter = new RowCounter(progress, Measure.ROWS_IMPORTED);
      if (chunk.isBinary()) {
        sendBinary(chunk, parts, remapper, copy, counter);
      } else {
        sendText(chunk, parts, remapper, copy, counter);
      }
      counter.flush();
      long rows = chunk.part().digest().rows();
      return new LaneSummary(1, rows, copy.bytes());
    }
  }

  private static void sendText(
      Chunk chunk, ArchiveParts parts, RowRemapper remapper, TargetCopy copy, RowCounter done) {
    try (PartRows rows = parts.open(chunk)) {
      for (byte[][] values = rows.next(); values != null; values = rows.next()) {
        remapper.remap(values);
        copy.row(values);
        done.add(1);
      }
      copy.end(chunk.part().digest().rows());
    }
  }

  private static void sendBinary(
      Chunk chunk, ArchiveParts parts, RowRemapper remapper, TargetCopy copy, RowCounter done) {
    try (BinaryRowFile rows = parts.openRows(chunk)) {
      int columns = chunk.wireTypes().size();
      copy.raw(CopyBinaryReader.header());
      for (CopyBinaryReader row = rows.next(); row != null; row = rows.next()) {
        remapper.remap(row);
        int start = row.rowStart();
        copy.raw(row.bytes(), start, row.endOf(columns) - start);
        done.add(1);
      }
      copy.raw(CopyBinaryReader.trailer());
      copy.end(chunk.part().digest().rows());
    } catch (StepException e) {
      // What the target refuses may be what a damaged file made of a value.
      if (!parts.hasRecordedRows(chunk)) {
        throw new DamagedPartException("holds other rows than were exported");
      }
      throw e;
    }
  }
}
