package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkSource;
import dev.overwinter.activities.archive.CountedMessages;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.archive.RowCounter;
import dev.overwinter.activities.archive.WireForm;
import dev.overwinter.activities.postgres.CopyBinaryReader;
import dev.overwinter.activities.postgres.CopyRowReader;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.remap.RowRemapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Carries one chunk from the source straight into the target, for a run that keeps no archive. Each
 * row is digested as it comes, before its ids are replaced. Not thread-safe.
 */
public final class ChunkRelay {
  private final ChunkSource source;
  private final LaneProgress progress;

  /** Tells of rows and bytes as they come. */
  public ChunkRelay(ChunkSource source, LaneProgress progress) {
    this.source = source;
    this.progress = progress;
  }

  /**
   * What was carried.
   *
   * @param digest of the rows in the source
   * @param bytes bytes of COPY that the target got
   */
  public record Carried(TableDigest digest, long bytes) {}

  /** Copies a chunk's rows into its table, in the transaction of the connection. */
  Carried carry(Connection target, Chunk chunk, RowRemapper remapper) {
    return carry(target, chunk, chunk.table().target().sql(), remapper);
  }

  /**
   * Copies a chunk's rows into another relation with the same columns.
   *
   * @param relation as SQL names it
   */
  public Carried carry(Connection target, Chunk chunk, String relation, RowRemapper remapper) {
    try {
      return source.read(
          chunk,
          from -> {
            try (TargetCopy to = TargetCopy.begin(target, chunk, relation, progress)) {
              RowDigest digest = new RowDigest();
              RowCounter counter = new RowCounter(progress, Measure.ROWS_IMPORTED);
              CountedMessages messages = new CountedMessages(from, progress);
              if (chunk.isBinary()) {
                carryBinary(
                    new WireForm(chunk.wireTypes()), messages, to, remapper, digest, counter);
              } else {
                carryText(chunk.table().columns().size(), messages, to, remapper, digest, counter);
              }
              counter.flush();
              long rows = digest.digest().rows();
              ChunkSource.requireAllRows(from, chunk, rows);
              to.end(rows);
              return new Carried(digest.digest(), to.bytes());
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void carryBinary(
      WireForm form,
      CountedMessages messages,
      TargetCopy to,
      RowRemapper remapper,
      RowDigest digest,
      RowCounter counter)
      throws SQLException {
    byte[] count = {(byte) (form.columns() >> Byte.SIZE), (byte) form.columns()};
    CopyBinaryReader row = new CopyBinaryReader(messages, form.fields(), Integer.MAX_VALUE);
    to.raw(CopyBinaryReader.header());
    while (row.next()) {
      form.digest(row, digest);
      remapper.remap(row);
      // Without the fields that only Java needs, which follow the copied ones.
      to.raw(count);
      int start = row.rowStart() + count.length;
      to.raw(row.bytes(), start, row.endOf(form.columns()) - start);
      counter.add(1);
    }
    to.raw(CopyBinaryReader.trailer());
  }

  private static void carryText(
      int columns,
      CountedMessages messages,
      TargetCopy to,
      RowRemapper remapper,
      RowDigest digest,
      RowCounter counter)
      throws SQLException {
    CopyRowReader row = new CopyRowReader(messages, columns);
    byte[][] values = new byte[columns][];
    while (row.next()) {
      digest.add(row, columns);
      for (int column = 0; column < columns; column++) {
        int start = row.start(column);
        values[column] =
            row.isNull(column)
                ? null
                : Arrays.copyOfRange(row.bytes(), start, start + row.length(column));
      }
      remapper.remap(values);
      to.row(values);
      counter.add(1);
    }
  }
}
