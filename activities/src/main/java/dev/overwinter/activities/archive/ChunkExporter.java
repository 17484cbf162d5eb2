package dev.overwinter.activities.archive;

import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.CopyRowReader;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.workflows.FailureType;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Writes one chunk of the source into its file. Not thread-safe. */
final class ChunkExporter {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Database source;
  private final ArchiveDirectory directory;
  private final StepContext context;
  private final LaneProgress progress;

  ChunkExporter(
      Database source, ArchiveDirectory directory, StepContext context, LaneProgress progress) {
    this.source = source;
    this.directory = directory;
    this.context = context;
    this.progress = progress;
  }

  /**
   * What was written.
   *
   * @param part for the ledger
   * @param copyBytes bytes of COPY text that were read
   */
  record Export(ExportedPart part, long copyBytes) {}

  /** Exports into a draft that the caller publishes when the ledger knows of it. */
  Draft<Export> export(Chunk chunk) {
    return directory.write(
        chunk.partFile(),
        stream -> {
          try {
            return source.inTransaction(
                "export of " + chunk,
                CancelGuard.guarding(context, connection -> export(connection, chunk, stream)));
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
  }

  private Export export(Connection connection, Chunk chunk, FileOutputStream file)
      throws SQLException {
    prepare(connection);
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copyStatement(chunk));
    try {
      Export export = write(copy, chunk, file);
      requireSameFile(connection, chunk);
      return export;
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
    return "COPY (SELECT %s FROM ONLY %s WHERE %s) TO STDOUT (FORMAT text, ENCODING 'UTF8')"
        .formatted(chunk.table().columnList(), chunk.leaf().sql(), range);
  }

  private Export write(CopyOut copy, Chunk chunk, FileOutputStream file)
      throws SQLException, IOException {
    int columns = chunk.table().columns().size();
    MessageDigest sha256 = Sha256.newDigest();
    OutputStream stream =
        new DigestOutputStream(new BufferedOutputStream(file, BUFFER_BYTES), sha256);
    RowDigest rowDigest = new RowDigest();
    CountedMessages messages = new CountedMessages(copy);
    CopyRowReader rows = new CopyRowReader(messages, columns);
    JsonRowWriter writer = new JsonRowWriter(stream, chunk.table().columns());
    while (rows.next()) {
      addTo(rowDigest, rows, columns);
      writer.write(rows);
      progress.row();
    }
    writer.flush();
    if (copy.getHandledRowCount() != rowDigest.digest().rows()) {
      throw new IllegalStateException(
          "export of %s: the source sent %d rows, %d arrived"
              .formatted(chunk, copy.getHandledRowCount(), rowDigest.digest().rows()));
    }
    ExportedPart part =
        new ExportedPart(
            rowDigest.digest(),
            file.getChannel().position(),
            HexFormat.of().formatHex(sha256.digest()));
    return new Export(part, messages.bytes);
  }

  private static void addTo(RowDigest digest, CopyRowReader row, int columns) {
    digest.beginRow(columns);
    for (int column = 0; column < columns; column++) {
      if (row.isNull(column)) {
        digest.nullValue();
      } else {
        digest.value(row.bytes(), row.start(column), row.length(column));
      }
    }
    digest.endRow();
  }

  private static final class CountedMessages implements CopyRowReader.Messages {
    private final CopyOut copy;
    private long bytes;

    private CountedMessages(CopyOut copy) {
      this.copy = copy;
    }

    @Override
    public byte[] next() throws SQLException {
      byte[] message = copy.readFromCopy();
      bytes += message == null ? 0 : message.length;
      return message;
    }
  }
}
