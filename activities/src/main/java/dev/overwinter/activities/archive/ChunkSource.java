package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The frozen source, chunk by chunk: what a chunk holds is what one COPY sends of it, and the same
 * each time. Thread-safe.
 */
public final class ChunkSource {
  private final Database source;
  private final StepContext context;

  public ChunkSource(Database source, StepContext context) {
    this.source = source;
    this.context = context;
  }

  /**
   * Something that reads a COPY to its end.
   *
   * @param <T> what it makes of it
   */
  @FunctionalInterface
  public interface CopyWork<T> {
    /** An {@code SQLException} is taken for the source's. */
    T apply(CopyOut copy) throws SQLException, IOException;
  }

  /**
   * Reads a chunk's rows, in COPY's binary format if they travel so, else in its text format.
   *
   * @throws StepException when the source refuses or breaks off, or is not as it was when the chunk
   *     was planned
   * @throws IOException what the work throws
   */
  public <T> T read(Chunk chunk, CopyWork<T> work) throws IOException {
    try {
      return source.inTransaction(
          "export of " + chunk,
          CancelGuard.guarding(context, connection -> read(connection, chunk, work)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static <T> T read(Connection connection, Chunk chunk, CopyWork<T> work)
      throws SQLException {
    prepare(connection);
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copyStatement(chunk));
    try {
      T result = work.apply(copy);
      requireSameFile(connection, chunk);
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (copy.isActive()) {
        // The rest of the rows is not worth reading, and the session is of no use without.
        connection.abort(Runnable::run);
      }
    }
  }

  private static void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // A policy that would hide rows is an error; a scan begins with the first page always.
      statement.execute(
          """
          SET TRANSACTION READ ONLY;
          SET LOCAL row_security = off; SET LOCAL synchronize_seqscans = off
          """);
    }
  }

  /** The COPY keeps the relation locked until the transaction ends, so that it stays so. */
  private static void requireSameFile(Connection connection, Chunk chunk) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT COALESCE(pg_relation_filenode(?::regclass), 0)::bigint")) {
      statement.setString(1, chunk.leaf().sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(1) != chunk.leafFile()) {
          throw new StepException(
              FailureType.SOURCE_NOT_FROZEN,
              ("The rows of %s were moved since the plan was made, by VACUUM FULL, CLUSTER, TRUNCATE"
                      + " or ALTER TABLE, so that its chunks no longer fit. Roll back.")
                  .formatted(chunk.leaf()));
        }
      }
    }
  }

  private static String copyStatement(Chunk chunk) {
    String range = "ctid >= '(%d,0)'::tid".formatted(chunk.firstPage());
    if (chunk.endPage() != null) {
      range += " AND ctid < '(%d,0)'::tid".formatted(chunk.endPage());
    }
    String select = chunk.table().select(chunk.leaf(), range);
    return chunk.isBinary()
        ? "COPY (%s) TO STDOUT (FORMAT binary)"
            .formatted(WireForm.select(chunk.wireTypes(), select))
        : "COPY (%s) TO STDOUT (FORMAT text, ENCODING 'UTF8')".formatted(select);
  }

  /** Makes sure that what arrived is what the server says it sent. */
  public static void requireAllRows(CopyOut copy, Chunk chunk, long arrived) {
    if (copy.getHandledRowCount() != arrived) {
      throw new IllegalStateException(
          "export of %s: the source sent %d rows, %d arrived"
              .formatted(chunk, copy.getHandledRowCount(), arrived));
    }
  }
}
