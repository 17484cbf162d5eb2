package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.postgres.CopyRowReader;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;

/** What the source sends for a COPY, counted. Not thread-safe. */
public final class CountedMessages implements CopyRowReader.Messages {
  private static final long BYTES_AT_A_TIME = 64 * 1024;

  private final CopyOut copy;
  private final LaneProgress progress;
  private long bytes;
  private long told;

  /** Tells bytes as they come. */
  public CountedMessages(CopyOut copy, LaneProgress progress) {
    this.copy = copy;
    this.progress = progress;
  }

  @Override
  public byte[] next() throws SQLException {
    byte[] message = copy.readFromCopy();
    if (message != null) {
      bytes += message.length;
    }
    if (message == null || bytes - told >= BYTES_AT_A_TIME) {
      progress.bytes(Measure.BYTES_EXPORTED, bytes - told);
      told = bytes;
    }
    return message;
  }

  /** Bytes so far. */
  public long bytes() {
    return bytes;
  }
}
