package dev.overwinter.activities.archive;

import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.StepInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;

/**
 * The parts of one run's archive, each of which can be made again while the source is frozen. Not
 * thread-safe; each lane has its own.
 */
public final class ArchiveParts {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final RunKey run;
  private final ArchiveDirectory directory;
  private final ChunkExporter exporter;
  private final LaneProgress progress;

  /**
   * @param archiveDirectory where the runs' directories are
   */
  public ArchiveParts(
      Database source,
      Path archiveDirectory,
      StepInput input,
      StepContext context,
      LaneProgress progress) {
    this.run = input.run();
    this.directory = new ArchiveDirectory(archiveDirectory, run);
    this.exporter = new ChunkExporter(new ChunkSource(source, context), directory, progress);
    this.progress = progress;
  }

  /**
   * Exports a chunk that this transaction has claimed.
   *
   * @return what was written, with the bytes of COPY text it was made from
   */
  ChunkExporter.Export export(Connection target, Chunk chunk) throws SQLException {
    try (ExportDraft draft = exporter.export(chunk)) {
      record(target, chunk, draft);
      return draft.result();
    }
  }

  /** Whether the part's file has the recorded size. */
  boolean hasRecordedSize(Chunk chunk) {
    return directory.size(chunk.partFile()) == chunk.part().bytes();
  }

  /**
   * Makes sure that the file to load a chunk from, which this transaction has claimed, is there as
   * it was recorded: a file that is missing or damaged is exported again. A file of binary rows is
   * not read for that; whether it was damaged is known when its rows have been read.
   *
   * @return the chunk with its files as they are now
   * @throws StepException when the source does not give the recorded rows again
   */
  public Chunk heal(Connection target, Chunk chunk) throws SQLException {
    boolean whole =
        chunk.isBinary()
            ? directory.size(PartNames.ofRows(chunk.partFile())) == chunk.rows().bytes()
            : hasRecordedSize(chunk) && hasSha256(chunk.partFile(), chunk.part().sha256());
    return whole ? chunk : exportAgain(target, chunk);
  }

  /** Exports a chunk anew that this transaction has claimed; its rows must be the recorded ones. */
  Chunk exportAgain(Connection target, Chunk chunk) throws SQLException {
    try (ExportDraft draft = exporter.export(chunk)) {
      ExportedPart part = draft.result().part();
      if (!part.digest().equals(chunk.part().digest())) {
        throw new StepException(
            FailureType.ARCHIVE_DAMAGED,
            ("The archive's part for %s is missing or damaged, and the source no longer holds the"
                    + " rows that were exported (%d then, %d now): it was written to. Roll back.")
                .formatted(chunk, chunk.part().digest().rows(), part.digest().rows()));
      }
      record(target, chunk, draft);
      return chunk.exportedAs(part, draft.result().rows());
    }
  }

  /** Opens the rows of an exported chunk, as they were in the source. The caller closes them. */
  public PartRows open(Chunk chunk) {
    try {
      return new PartRows(
          PartStream.uncompressed(chunk.partFile(), directory.read(chunk.partFile())), chunk);
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  /** Opens the binary rows of an exported chunk. The caller closes them. */
  public BinaryRowFile openRows(Chunk chunk) {
    try {
      return new BinaryRowFile(directory.read(PartNames.ofRows(chunk.partFile())), chunk);
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  /** Whether the file of a chunk's binary rows is, byte for byte, what was recorded. */
  public boolean hasRecordedRows(Chunk chunk) {
    return hasSha256(PartNames.ofRows(chunk.partFile()), chunk.rows().sha256());
  }

  /** Removes a chunk's binary rows, which are damaged. */
  public void removeRows(Chunk chunk) {
    directory.remove(PartNames.ofRows(chunk.partFile()));
  }

  /** Removes what nobody needs any more of a chunk that is loaded. */
  public void removeLoaded(Chunk chunk) {
    if (chunk.isBinary()) {
      removeRows(chunk);
    }
  }

  /** Removes what is left of all binary rows; nothing may be about to be loaded. */
  public static void removeAllRows(Path archiveDirectory, RunKey run) {
    new ArchiveDirectory(archiveDirectory, run).removeAll(PartNames.ROWS_SUFFIX);
  }

  /**
   * The ledger first: on a connection that has lost the claim this fails, and then the file, which
   * may be another lane's by now, must not be replaced.
   */
  private void record(Connection target, Chunk chunk, ExportDraft draft) throws SQLException {
    ChunkLedger.recordExported(target, run, chunk, draft.result().part(), draft.result().rows());
    draft.publish();
  }

  private boolean hasSha256(String file, String recorded) {
    MessageDigest sha256 = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream stream = directory.read(file)) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        sha256.update(buffer, 0, count);
        progress.tick();
      }
    } catch (DamagedPartException e) {
      return false;
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
    return HexFormat.of().formatHex(sha256.digest()).equals(recorded);
  }
}
