package dev.overwinter.activities.postgres;

import java.sql.SQLException;
import java.util.Arrays;

/**
 * Takes the rows out of what {@code COPY ... TO STDOUT} sends in text format. PostgreSQL sends one
 * row a message, but the protocol promises no such borders, so any cut is taken. Values are
 * unescaped where they lie and given as slices, so that a row takes memory once. Not thread-safe.
 */
public final class CopyRowReader {
  private static final byte[] NOTHING = new byte[0];

  private final Messages messages;
  private final int columns;
  private final int[] starts;
  private final int[] lengths;
  private byte[] buffer = NOTHING;
  private int position;
  private int limit;
  private boolean ended;

  /** Where the bytes come from. */
  @FunctionalInterface
  public interface Messages {
    /** The next bytes, which the reader may overwrite, or null after the last. */
    byte[] next() throws SQLException;
  }

  /**
   * @param columns how many values each row has
   */
  public CopyRowReader(Messages messages, int columns) {
    this.messages = messages;
    this.columns = columns;
    this.starts = new int[columns];
    this.lengths = new int[columns];
  }

  /**
   * Goes to the next row. Slices of the row before lose their meaning.
   *
   * @return false after the last row
   * @throws IllegalStateException when the bytes are no rows of so many columns
   */
  public boolean next() throws SQLException {
    int end = findRowEnd();
    if (end < 0) {
      return false;
    }
    split(end);
    position = end + 1;
    return true;
  }

  /** Whether a value of the row is NULL. */
  public boolean isNull(int column) {
    return lengths[column] < 0;
  }

  /** The bytes in which the row's slices lie. */
  public byte[] bytes() {
    return buffer;
  }

  /** Where a value begins. */
  public int start(int column) {
    return starts[column];
  }

  /** How many bytes a value has, or -1 for NULL. */
  public int length(int column) {
    return lengths[column];
  }

  /** The index of the line feed that ends the row, or -1 when there is none left. */
  private int findRowEnd() throws SQLException {
    int searched = position;
    while (true) {
      for (int i = searched; i < limit; i++) {
        if (buffer[i] == '\n') {
          return i;
        }
      }
      int rest = limit - position;
      if (ended || !readMore()) {
        if (limit > position) {
          throw malformed("the stream ends within a row");
        }
        return -1;
      }
      searched = position + rest;
    }
  }

  private boolean readMore() throws SQLException {
    if (position == limit) {
      // Let go before the next message is made: a row may be as large as memory allows once.
      buffer = NOTHING;
      position = 0;
      limit = 0;
    }
    byte[] message = messages.next();
    if (message == null) {
      ended = true;
      return false;
    }
    if (position == limit) {
      buffer = message;
      limit = message.length;
      return true;
    }
    int rest = limit - position;
    byte[] joined = Arrays.copyOfRange(buffer, position, position + rest + message.length);
    System.arraycopy(message, 0, joined, rest, message.length);
    buffer = joined;
    position = 0;
    limit = joined.length;
    return true;
  }

  private void split(int end) {
    if (columns == 0) {
      if (position != end) {
        throw malformed("a row has more values than expected");
      }
      return;
    }
    int column = 0;
    int read = position;
    while (true) {
      if (column == columns) {
        throw malformed("a row has more values than expected");
      }
      read = unescape(column, read, end);
      column++;
      if (read > end) {
        break;
      }
    }
    if (column < columns) {
      throw malformed("a row has fewer values than expected");
    }
  }

  /** Unescapes one value where it lies; returns the index after the tab or line feed behind it. */
  private int unescape(int column, int from, int end) {
    int read = from;
    while (read < end && buffer[read] != '\t' && buffer[read] != '\\') {
      read++;
    }
    starts[column] = from;
    if (read < end && buffer[read] == '\\') {
      return unescapeRest(column, from, read, end);
    }
    lengths[column] = read - from;
    return read + 1;
  }

  private int unescapeRest(int column, int from, int firstEscape, int end) {
    int read = firstEscape;
    int write = firstEscape;
    boolean isNull = false;
    while (read < end && buffer[read] != '\t') {
      byte current = buffer[read++];
      if (current != '\\') {
        buffer[write++] = current;
        continue;
      }
      if (read == end) {
        throw malformed("a row ends within an escape");
      }
      byte escaped = buffer[read++];
      isNull |= escaped == 'N';
      buffer[write++] = unescaped(escaped);
    }
    if (isNull && write - from != 1) {
      throw malformed("a value mixes NULL with text");
    }
    lengths[column] = isNull ? -1 : write - from;
    return read + 1;
  }

  private static byte unescaped(byte escaped) {
    return switch (escaped) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> escaped;
    };
  }

  private static IllegalStateException malformed(String what) {
    return new IllegalStateException("the server's COPY text is malformed: " + what);
  }
}
