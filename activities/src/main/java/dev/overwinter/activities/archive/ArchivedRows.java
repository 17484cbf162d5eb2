package dev.overwinter.activities.archive;

import java.io.IOException;
import java.io.InputStream;

/** The rows of one part of a finished archive, counted as they pass. Not thread-safe. */
public final class ArchivedRows implements AutoCloseable {
  private final Chunk chunk;
  private final JsonRowReader reader;
  private long count;

  /** Closing the rows closes the stream. */
  ArchivedRows(InputStream stream, Chunk chunk) throws IOException {
    this.chunk = chunk;
    this.reader = new JsonRowReader(stream, chunk.table().columns());
  }

  /**
   * The next row's values in PostgreSQL's text form, in an array that the row after it overwrites.
   *
   * @return null after the last row
   * @throws dev.overwinter.activities.StepException when there is something else than rows, or not
   *     as many as were written
   */
  public byte[][] next() {
    try {
      byte[][] values = reader.next();
      if (values != null) {
        count++;
      } else if (count != chunk.part().digest().rows()) {
        throw ArchiveFiles.damaged(chunk, "does not hold as many rows as the manifest says");
      }
      return values;
    } catch (DamagedPartException e) {
      throw ArchiveFiles.damaged(chunk, e.getMessage());
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  /** How many rows there were so far. */
  public long count() {
    return count;
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }
}
