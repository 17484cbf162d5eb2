package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.postgres.CopyRowReader;
import dev.overwinter.activities.postgres.RowDigest;
import java.io.FileOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.copy.CopyOut;

/** Writes one chunk of the source into its files. Not thread-safe. */
final class ChunkExporter {
  private final ChunkSource source;
  private final ArchiveDirectory directory;
  private final LaneProgress progress;

  ChunkExporter(ChunkSource source, ArchiveDirectory directory, LaneProgress progress) {
    this.source = source;
    this.directory = directory;
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
    return chunk.isBinary() ? exportBinary(chunk) : exportText(chunk);
  }

  private ExportDraft exportText(Chunk chunk) {
    return new ExportDraft(
        directory.write(
            chunk.partFile(), file -> source.read(chunk, copy -> write(copy, chunk, file))),
        null);
  }

  private ExportDraft exportBinary(Chunk chunk) {
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
                            source.read(
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
      rowDigest.add(rows, columns);
      writer.write(rows);
      counter.add(1);
    }
    counter.flush();
    writer.flush();
    ChunkSource.requireAllRows(copy, chunk, rowDigest.digest().rows());
    return new Export(part.end(rowDigest.digest()), null, messages.bytes());
  }
}
