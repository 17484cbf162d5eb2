package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.workflows.FailureType;
import java.io.IOException;
import java.io.InputStream;

/** The rows of one part, checked against the recorded digest. Not thread-safe. */
public final class PartRows implements AutoCloseable {
  private final Chunk chunk;
  private final JsonRowReader reader;
  private final RowDigest digest = new RowDigest();

  /** Closing the rows closes the stream. */
  PartRows(InputStream stream, Chunk chunk) throws IOException {
    this.chunk = chunk;
    this.reader = new JsonRowReader(stream, chunk.table().columns());
  }

  /**
   * The next row's values in PostgreSQL's text form, in an array that the caller may change and the
   * row after it overwrites.
   *
   * @return null after the last row, when all rows together were the recorded ones
   * @throws StepException when they were not
   */
  public byte[][] next() {
    try {
      byte[][] values = reader.next();
      if (values != null) {
        digest.add(values);
      } else if (!digest.digest().equals(chunk.part().digest())) {
        throw new DamagedPartException("holds other rows than were exported");
      }
      return values;
    } catch (DamagedPartException e) {
      throw new StepException(
          FailureType.ARCHIVE_DAMAGED,
          "The archive's part for %s %s, though its file is as it was written. Roll back."
              .formatted(chunk, e.getMessage()));
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
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
