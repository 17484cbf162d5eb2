package dev.overwinter.activities.archive;

import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.postgres.CopyBinaryReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The rows of one chunk in COPY's binary format, checked against the recorded digest of their file.
 * Not thread-safe.
 */
public final class BinaryRowFile implements AutoCloseable {
  private static final int BLOCK_BYTES = 128 * 1024;

  private final InputStream stream;
  private final Chunk chunk;
  private final MessageDigest sha256 = Sha256.newDigest();
  private final CopyBinaryReader reader;

  /** Closing the rows closes the stream. */
  BinaryRowFile(InputStream stream, Chunk chunk) {
    this.stream = stream;
    this.chunk = chunk;
    this.reader =
        new CopyBinaryReader(this::nextBlock, chunk.wireTypes().size(), chunk.rows().bytes());
  }

  /**
   * The next row, which the caller may change where no length changes and which the row after it
   * overwrites.
   *
   * @return null after the last row, when the file was what was recorded
   * @throws DamagedPartException when it was not; rows given before may be wrong, too
   */
  public CopyBinaryReader next() throws DamagedPartException {
    try {
      if (reader.next()) {
        return reader;
      }
    } catch (IllegalStateException | SQLException e) {
      throw new DamagedPartException("holds something else than rows in binary");
    } catch (UncheckedIOException e) {
      throw ArchiveDirectory.unavailable(e.getCause());
    }
    if (!HexFormat.of().formatHex(sha256.digest()).equals(chunk.rows().sha256())) {
      throw new DamagedPartException("holds other rows than were exported");
    }
    return null;
  }

  private byte[] nextBlock() {
    try {
      byte[] block = new byte[BLOCK_BYTES];
      int count = stream.readNBytes(block, 0, BLOCK_BYTES);
      if (count == 0) {
        return null;
      }
      sha256.update(block, 0, count);
      return count == BLOCK_BYTES ? block : Arrays.copyOf(block, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }
}
