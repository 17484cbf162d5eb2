package dev.overwinter.activities.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.BinaryText;
import dev.overwinter.activities.postgres.CopyRowReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * Writes rows as JSON Lines, one object a row, its keys in the order of the columns. Values go from
 * their bytes to those of the file without becoming characters in between. Not thread-safe.
 */
final class JsonRowWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** The most bytes that one byte of a text becomes. */
  private static final int LONGEST_ESCAPE = 6;

  private static final byte[] NULL = "null".getBytes(US_ASCII);
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);
  private static final byte[] EMPTY_ROW = "{}\n".getBytes(US_ASCII);
  private static final byte[] END_OF_ROW = "}\n".getBytes(US_ASCII);
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);
  private static final byte[] TEXT = ("{\"" + JsonFormat.TEXT + "\":").getBytes(US_ASCII);
  private static final byte[] BYTES = ("{\"" + JsonFormat.BYTES + "\":").getBytes(US_ASCII);
  private static final byte[] PARTS = (",\"" + JsonFormat.PARTS + "\":[").getBytes(US_ASCII);

  /** What a byte becomes after a backslash, or 0 when it stands for itself. */
  private static final byte[] ESCAPES = escapes();

  private final OutputStream stream;
  private final byte[][] keys;
  private final ValueForm[] forms;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int size;

  /** Closing the writer closes the stream. */
  JsonRowWriter(OutputStream stream, List<CopiedColumn> columns) {
    this.stream = stream;
    this.keys = new byte[columns.size()][];
    for (int i = 0; i < keys.length; i++) {
      byte[] name = JsonStringEncoder.getInstance().quoteAsUTF8(columns.get(i).name());
      keys[i] = new byte[name.length + 4];
      keys[i][0] = (byte) (i == 0 ? '{' : ',');
      keys[i][1] = '"';
      System.arraycopy(name, 0, keys[i], 2, name.length);
      keys[i][name.length + 2] = '"';
      keys[i][name.length + 3] = ':';
    }
    this.forms = columns.stream().map(CopiedColumn::form).toArray(ValueForm[]::new);
  }

  void write(CopyRowReader row) throws IOException {
    for (int column = 0; column < keys.length; column++) {
      if (row.isNull(column)) {
        nullValue(column);
      } else {
        value(column, row.bytes(), row.start(column), row.length(column));
      }
    }
    endRow();
  }

  /** The row's next value is NULL. */
  void nullValue(int column) throws IOException {
    put(keys[column]);
    put(NULL);
  }

  /** The row's next value, in PostgreSQL's text form. */
  void value(int column, byte[] bytes, int start, int length) throws IOException {
    put(keys[column]);
    if (length > JsonFormat.PART_BYTES) {
      putParts(bytes, start, length);
      return;
    }
    switch (forms[column]) {
      case NUMBER -> putNumber(bytes, start, length);
      case BOOLEAN -> putBoolean(bytes, start, length);
      case TIMESTAMP -> putTimestamp(bytes, start, length, "");
      case TIMESTAMP_WITH_ZONE -> putTimestamp(bytes, start, length, "+00");
      case JSON -> putDocument(bytes, start, length);
      case TEXT -> putString(bytes, start, length);
    }
  }

  /** The row's next value, of type {@code bytea}, which is never held in its text form. */
  void binaryValue(int column, byte[] bytes, int start, int length) throws IOException {
    put(keys[column]);
    long characters = 2 + 2L * length;
    boolean inParts = characters > JsonFormat.PART_BYTES;
    if (inParts) {
      put(BYTES);
      put(Long.toString(characters).getBytes(US_ASCII));
      put(PARTS);
    }
    put((byte) '"');
    put((byte) '\\');
    put((byte) '\\');
    put((byte) 'x');
    int perPart = (JsonFormat.PART_BYTES - 2) / 2;
    for (int from = 0; from < length; from += perPart) {
      if (from > 0) {
        put((byte) '"');
        put((byte) ',');
        put((byte) '"');
      }
      putHex(bytes, start + from, Math.min(perPart, length - from));
    }
    put((byte) '"');
    if (inParts) {
      put((byte) ']');
      put((byte) '}');
    }
  }

  /** Ends the row. */
  void endRow() throws IOException {
    put(keys.length == 0 ? EMPTY_ROW : END_OF_ROW);
  }

  private void putNumber(byte[] bytes, int start, int length) throws IOException {
    if (TextForms.isJsonNumber(bytes, start, length)) {
      put(bytes, start, length);
    } else {
      putString(bytes, start, length);
    }
  }

  private void putBoolean(byte[] bytes, int start, int length) throws IOException {
    if (length == 1 && (bytes[start] == 't' || bytes[start] == 'f')) {
      put(bytes[start] == 't' ? TRUE : FALSE);
    } else {
      putString(bytes, start, length);
    }
  }

  private void putTimestamp(byte[] bytes, int start, int length, String zone) throws IOException {
    if (!TextForms.isPlainTimestamp(bytes, start, length, zone)) {
      putString(bytes, start, length);
      return;
    }
    put((byte) '"');
    put(bytes, start, 10);
    put((byte) 'T');
    put(bytes, start + 11, length - 11 - zone.length());
    if (!zone.isEmpty()) {
      put((byte) 'Z');
    }
    put((byte) '"');
  }

  private void putDocument(byte[] bytes, int start, int length) throws IOException {
    if (TextForms.isEmbeddable(bytes, start, length)) {
      put(bytes, start, length);
      return;
    }
    put(TEXT);
    putString(bytes, start, length);
    put((byte) '}');
  }

  private void putParts(byte[] bytes, int start, int length) throws IOException {
    put(BYTES);
    put(Integer.toString(length).getBytes(US_ASCII));
    put(PARTS);
    int end = start + length;
    int from = start;
    while (from < end) {
      int to = Math.min(from + JsonFormat.PART_BYTES, end);
      while (to < end && (bytes[to] & 0xc0) == 0x80) {
        to--;
      }
      if (from > start) {
        put((byte) ',');
      }
      putString(bytes, from, to - from);
      from = to;
    }
    put((byte) ']');
    put((byte) '}');
  }

  private void putString(byte[] bytes, int start, int length) throws IOException {
    put((byte) '"');
    int end = start + length;
    int from = start;
    while (from < end) {
      // So many fit, whatever they become.
      int most = (BUFFER_BYTES - size) / LONGEST_ESCAPE;
      if (most == 0) {
        drain();
        continue;
      }
      int to = Math.min(end, from + most);
      escape(bytes, from, to);
      from = to;
    }
    put((byte) '"');
  }

  private void escape(byte[] bytes, int from, int to) {
    int place = size;
    for (int i = from; i < to; i++) {
      byte current = bytes[i];
      byte escape = current < 0 ? 0 : ESCAPES[current];
      if (escape == 0) {
        buffer[place++] = current;
      } else {
        buffer[place++] = '\\';
        buffer[place++] = escape;
        if (escape == 'u') {
          buffer[place++] = '0';
          buffer[place++] = '0';
          buffer[place++] = HEX[current >> 4];
          buffer[place++] = HEX[current & 15];
        }
      }
    }
    size = place;
  }

  private void putHex(byte[] bytes, int start, int length) throws IOException {
    int from = 0;
    while (from < length) {
      int count = Math.min(length - from, (BUFFER_BYTES - size) / 2);
      if (count == 0) {
        drain();
        continue;
      }
      BinaryText.hex(bytes, start + from, count, buffer, size);
      size += 2 * count;
      from += count;
    }
  }

  private void put(byte value) throws IOException {
    if (size == BUFFER_BYTES) {
      drain();
    }
    buffer[size++] = value;
  }

  private void put(byte[] bytes) throws IOException {
    put(bytes, 0, bytes.length);
  }

  private void put(byte[] bytes, int start, int length) throws IOException {
    if (length > BUFFER_BYTES - size) {
      drain();
      if (length > BUFFER_BYTES) {
        stream.write(bytes, start, length);
        return;
      }
    }
    System.arraycopy(bytes, start, buffer, size, length);
    size += length;
  }

  private void drain() throws IOException {
    stream.write(buffer, 0, size);
    size = 0;
  }

  private static byte[] escapes() {
    byte[] escapes = new byte[128];
    Arrays.fill(escapes, 0, ' ', (byte) 'u');
    byte[] letters = "\bb\tt\nn\ff\rr\"\"\\\\".getBytes(ISO_8859_1);
    for (int i = 0; i < letters.length; i += 2) {
      escapes[letters[i]] = letters[i + 1];
    }
    return escapes;
  }

  /** Hands everything to the stream and flushes it. */
  void flush() throws IOException {
    drain();
    stream.flush();
  }

  @Override
  public void close() throws IOException {
    flush();
    stream.close();
  }
}
