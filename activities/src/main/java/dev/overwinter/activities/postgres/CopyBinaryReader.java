package dev.overwinter.activities.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Takes the rows out of a stream in PostgreSQL's binary COPY format, from a server or from a file.
 * Values are given as slices of the buffer they arrived in; one row is held at a time. Any cut of
 * the stream is taken. Not thread-safe.
 */
public final class CopyBinaryReader {
  private static final byte[] SIGNATURE =
      "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int HEADER_BYTES = 19;
  private static final byte[] HEADER = Arrays.copyOf(SIGNATURE, HEADER_BYTES);
  private static final byte[] TRAILER = {(byte) 0xff, (byte) 0xff};
  private static final int END = 0xffff;
  private static final byte[] NOTHING = new byte[0];

  private final CopyRowReader.Messages messages;
  private final int fields;
  private final long mostBytes;
  private final int[] starts;
  private final int[] lengths;
  private byte[] buffer = NOTHING;
  private int position;
  private int rowEnd;
  private int limit;
  private boolean begun;
  private boolean ended;

  /**
   * @param fields how many values each row has
   * @param mostBytes more than these no row can have, so that damaged bytes take no memory
   */
  public CopyBinaryReader(CopyRowReader.Messages messages, int fields, long mostBytes) {
    this.messages = messages;
    this.fields = fields;
    this.mostBytes = mostBytes;
    this.starts = new int[fields];
    this.lengths = new int[fields];
  }

  /** A copy of what a stream begins with. */
  public static byte[] header() {
    return HEADER.clone();
  }

  /** A copy of what a stream ends with. */
  public static byte[] trailer() {
    return TRAILER.clone();
  }

  /**
   * Goes to the next row. Slices of the row before lose their meaning.
   *
   * @return false after the last row
   * @throws IllegalStateException when the bytes are no rows of so many values
   */
  public boolean next() throws SQLException {
    if (ended) {
      return false;
    }
    if (!begun) {
      readHeader();
    }
    position = rowEnd;
    require(Short.BYTES);
    int count = BinaryText.readInt16(buffer, position);
    if (count == END) {
      rowEnd = position + Short.BYTES;
      readEnd();
      return false;
    }
    check(count == fields, "a row has another number of values than expected");
    int offset = Short.BYTES;
    for (int field = 0; field < fields; field++) {
      if (limit - position < offset + Integer.BYTES) {
        require(offset + Integer.BYTES);
      }
      int length = BinaryText.readInt32(buffer, position + offset);
      check(length >= -1, "a value's length is negative");
      offset += Integer.BYTES;
      starts[field] = offset;
      lengths[field] = length;
      check(offset + (long) length <= mostBytes, "a value is longer than the whole");
      offset += Math.max(length, 0);
      if (limit - position < offset) {
        require(offset);
      }
    }
    rowEnd = position + offset;
    for (int field = 0; field < fields; field++) {
      // Relative until now: the buffer may have changed under the row while it came in.
      starts[field] += position;
    }
    return true;
  }

  /** Whether a value of the row is NULL. */
  public boolean isNull(int field) {
    return lengths[field] < 0;
  }

  /** The bytes in which the row lies. They may be changed where no length changes. */
  public byte[] bytes() {
    return buffer;
  }

  /** Where a value begins. */
  public int start(int field) {
    return starts[field];
  }

  /** How many bytes a value has, or -1 for NULL. */
  public int length(int field) {
    return lengths[field];
  }

  /** Where the row begins, with the count of its values. */
  public int rowStart() {
    return position;
  }

  /** Where the first so many values of the row end. */
  public int endOf(int count) {
    return count == 0
        ? position + Short.BYTES
        : starts[count - 1] + Math.max(lengths[count - 1], 0);
  }

  private void readHeader() throws SQLException {
    require(HEADER_BYTES);
    check(
        Arrays.equals(buffer, position, position + SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)
            && BinaryText.readInt32(buffer, position + SIGNATURE.length) == 0,
        "it begins like something else");
    int extension = BinaryText.readInt32(buffer, position + SIGNATURE.length + Integer.BYTES);
    check(extension == 0, "its header has an extension");
    rowEnd = position + HEADER_BYTES;
    begun = true;
  }

  private void readEnd() throws SQLException {
    position = rowEnd;
    check(position == limit, "something follows its end");
    for (byte[] more = messages.next(); more != null; more = messages.next()) {
      check(more.length == 0, "something follows its end");
    }
    ended = true;
  }

  /** Makes sure that so many bytes from the row's beginning are in the buffer. */
  private void require(int count) throws SQLException {
    while (limit - position < count) {
      if (position == limit) {
        // Let go before the next message is made: a row may be as large as memory allows once.
        buffer = NOTHING;
        position = 0;
        limit = 0;
      }
      byte[] message = messages.next();
      check(message != null, "it ends within a row");
      if (position == limit) {
        buffer = message;
        limit = message.length;
      } else {
        append(message, count);
      }
    }
  }

  private void append(byte[] message, int count) {
    int rest = limit - position;
    // Room for one message more than the row needs, so that its last need not move it again.
    int needed = Math.addExact(Math.max(count, rest), message.length);
    byte[] larger = buffer.length < needed ? new byte[needed] : buffer;
    if (larger != buffer || buffer.length - limit < message.length) {
      System.arraycopy(buffer, position, larger, 0, rest);
      buffer = larger;
      position = 0;
      limit = rest;
    }
    System.arraycopy(message, 0, buffer, limit, message.length);
    limit += message.length;
  }

  private static void check(boolean isSuch, String what) {
    if (!isSuch) {
      throw new IllegalStateException("the stream in COPY's binary format is malformed: " + what);
    }
  }
}
