package dev.overwinter.activities.postgres;

import java.sql.SQLException;

/**
 * Writes rows for {@code COPY ... FROM STDIN}: values in its text format, or rows in its binary
 * format as they are. Rows are gathered into messages of a fixed size, so that a large value needs
 * no second copy of itself. Not thread-safe.
 */
public final class CopyRowWriter {
  private static final int MESSAGE_BYTES = 64 * 1024;

  private final Messages messages;
  private final byte[] buffer = new byte[MESSAGE_BYTES];
  private int size;
  private long written;

  /** Where the bytes go. */
  @FunctionalInterface
  public interface Messages {
    /** Takes bytes, which are overwritten after it returns. */
    void write(byte[] bytes, int offset, int length) throws SQLException;
  }

  /** Writes into messages; {@link #flush()} sends the last. */
  public CopyRowWriter(Messages messages) {
    this.messages = messages;
  }

  /** Writes a row; a null stands for NULL. */
  public void write(byte[][] values) throws SQLException {
    for (int column = 0; column < values.length; column++) {
      if (column > 0) {
        put((byte) '\t');
      }
      if (values[column] == null) {
        put((byte) '\\');
        put((byte) 'N');
      } else {
        escape(values[column]);
      }
    }
    put((byte) '\n');
  }

  /** Writes bytes as they are. */
  public void writeRaw(byte[] bytes) throws SQLException {
    writeRaw(bytes, 0, bytes.length);
  }

  /** Writes bytes as they are. */
  public void writeRaw(byte[] bytes, int offset, int length) throws SQLException {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      if (size == buffer.length) {
        flush();
      }
      int count = Math.min(end - from, buffer.length - size);
      System.arraycopy(bytes, from, buffer, size, count);
      size += count;
      from += count;
    }
  }

  /** Sends what is left. */
  public void flush() throws SQLException {
    if (size > 0) {
      messages.write(buffer, 0, size);
      written += size;
      size = 0;
    }
  }

  /** Bytes so far. */
  public long bytes() {
    return written + size;
  }

  private void escape(byte[] value) throws SQLException {
    for (byte current : value) {
      byte letter =
          switch (current) {
            case '\\' -> '\\';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> 0;
          };
      if (letter == 0) {
        put(current);
      } else {
        put((byte) '\\');
        put(letter);
      }
    }
  }

  private void put(byte value) throws SQLException {
    if (size == buffer.length) {
      flush();
    }
    buffer[size++] = value;
  }
}
