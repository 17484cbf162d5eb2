package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.postgres.CopyRowWriter;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A COPY into the table of one chunk, in the caller's transaction. All that it throws is a {@link
 * StepException} about the target, so that a caller who reads from elsewhere can tell who failed.
 * Not thread-safe.
 */
final class TargetCopy implements AutoCloseable {
  private final Chunk chunk;
  private final CopyIn copy;
  private final CopyRowWriter writer;

  private TargetCopy(Chunk chunk, CopyIn copy, LaneProgress progress) {
    this.chunk = chunk;
    this.copy = copy;
    this.writer =
        new CopyRowWriter(
            (bytes, offset, length) -> {
              copy.writeToCopy(bytes, offset, length);
              progress.bytes(Measure.BYTES_IMPORTED, length);
            });
  }

  /**
   * Into the chunk's table or another relation with the same columns.
   *
   * @param relation as SQL names it
   */
  static TargetCopy begin(Connection target, Chunk chunk, String relation, LaneProgress progress) {
    try {
      TargetTables.execute(target, TargetTables.APPLICATION_PATH);
      return new TargetCopy(
          chunk,
          target.unwrap(PGConnection.class).getCopyAPI().copyIn(copyStatement(chunk, relation)),
          progress);
    } catch (SQLException e) {
      throw failed(e, chunk);
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

  /** Sends a row in text format; a null stands for NULL. */
  void row(byte[][] values) {
    try {
      writer.write(values);
    } catch (SQLException e) {
      throw failed(e, chunk);
    }
  }

  /** Sends bytes of the binary format as they are. */
  void raw(byte[] bytes, int offset, int length) {
    try {
      writer.writeRaw(bytes, offset, length);
    } catch (SQLException e) {
      throw failed(e, chunk);
    }
  }

  /** Sends bytes of the binary format as they are. */
  void raw(byte[] bytes) {
    raw(bytes, 0, bytes.length);
  }

  /**
   * Ends it.
   *
   * @param rows how many were sent, and have to have been taken
   */
  void end(long rows) {
    long taken;
    try {
      writer.flush();
      taken = copy.endCopy();
    } catch (SQLException e) {
      throw failed(e, chunk);
    }
    if (taken != rows) {
      throw new StepException(
          FailureType.DATABASE_REFUSED,
          ("The target took %d of the %d rows of %s: a trigger or rule of the table there drops"
                  + " rows. Disable it, then retry the step.")
              .formatted(taken, rows, chunk));
    }
  }

  /** Bytes so far. */
  long bytes() {
    return writer.bytes();
  }

  private static StepException failed(SQLException failure, Chunk chunk) {
    return SqlFailures.translate(failure, "target", "import of " + chunk);
  }

  @Override
  public void close() {
    cancelUnlessEnded(copy);
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
