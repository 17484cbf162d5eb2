package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.CopyRowReader;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.workflows.FailureType;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Writes one chunk of the source into its file. Not thread-safe. */
final class ChunkExporter {
  private final Database source;
  private final ArchiveDirectory directory;
  private final boolean forPeople;
  private final StepContext context;
  private final LaneProgress progress;

  /**
   * @param forPeople whether rows that travel in binary are written for people as well
   */
  ChunkExporter(
      Database source,
      ArchiveDirectory directory,
      boolean forPeople,
      StepContext context,
      LaneProgress progress) {
    this.source = source;
    this.directory = directory;
    this.forPeople = forPeople;
    this.context = context;
    this.progress = progress;
  }

  /**
   * What was written.
   *
   * @param part for the ledger
   * @param rows for the ledger; null when rows travel as text
   * @param copyBytes bytes of COPY that were read
   */
  record Export(ExportedPart part, BinaryRows rows, long copyBytes) {}

  /** Exports into drafts that the caller publishes when the ledger knows of them. */
  ExportDraft export(Chunk chunk) {
    if (!chunk.isBinary()) {
      return new ExportDraft(
          directory.write(chunk.partFile(), file -> read(chunk, copy -> write(copy, chunk, file))),
          null);
    }
    if (!forPeople) {
      return new ExportDraft(
          null,
          directory.writePassing(
              PartNames.ofRows(chunk.partFile()),
              rowsFile ->
                  read(
                      chunk,
                      copy -> new BinaryExport(chunk, progress).write(copy, null, rowsFile))));
    }
    AtomicReference<Draft<Export>> people = new AtomicReference<>();
    try {
      Draft<Export> rows =
          directory.writePassing(
              PartNames.ofRows(chunk.partFile()),
              rowsFile -> {
                people.set(
                    directory.write(
                        chunk.partFile(),
                        file ->
                            read(
                                chunk,
                                copy ->
                                    new BinaryExport(chunk, progress)
                                        .write(copy, file, rowsFile))));
                return people.get().result();
              });
      return new ExportDraft(people.get(), rows);
    } catch (RuntimeException e) {
      if (people.get() != null) {
        people.get().close();
      }
      throw e;
    }
  }

  @FunctionalInterface
  private interface CopyWork {
    Export apply(CopyOut copy) throws SQLException, IOException;
  }

  private Export read(Chunk chunk, CopyWork work) throws IOException {
    try {
      return source.inTransaction(
          "export of " + chunk,
          CancelGuard.guarding(context, connection -> read(connection, chunk, work)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Export read(Connection connection, Chunk chunk, CopyWork work)
      throws SQLException {
    prepare(connection);
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copyStatement(chunk));
    try {
      Export export = work.apply(copy);
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
    String select = chunk.table().select(chunk.leaf(), range);
    return chunk.isBinary()
        ? "COPY (%s) TO STDOUT (FORMAT binary)".formatted(BinaryExport.select(chunk, select))
        : "COPY (%s) TO STDOUT (FORMAT text, ENCODING 'UTF8')".formatted(select);
  }

  private Export write(CopyOut copy, Chunk chunk, FileOutputStream file)
      throws SQLException, IOException {
    int columns = chunk.table().columns().size();
    PartStream part = new PartStream(chunk.partFile(), file);
    RowDigest rowDigest = new RowDigest();
    CountedMessages messages = new CountedMessages(copy, progress);
    RowCounter counter = new RowCounter(progress, Measure.ROWS_EXPORTED);
    CopyRowReader rows = new CopyRowReader(messages, columns);
    JsonRowWriter writer = new JsonRowWriter(part.stream(), chunk.table().columns());
    while (rows.next()) {
      addTo(rowDigest, rows, columns);
      writer.write(rows);
      counter.add(1);
    }
    counter.flush();
    writer.flush();
    requireAllRows(copy, chunk, rowDigest.digest().rows());
    return new Export(part.end(rowDigest.digest()), null, messages.bytes());
  }

  /** What arrived is what the server says it sent. */
  static void requireAllRows(CopyOut copy, Chunk chunk, long arrived) {
    if (copy.getHandledRowCount() != arrived) {
      throw new IllegalStateException(
          "export of %s: the source sent %d rows, %d arrived"
              .formatted(chunk, copy.getHandledRowCount(), arrived));
    }
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
}
