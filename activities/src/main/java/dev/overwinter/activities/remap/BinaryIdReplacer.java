package dev.overwinter.activities.remap;

/**
 * Replaces user ids in values in PostgreSQL's binary form, in place: an id and its successor are
 * equally long. It replaces the same ids as {@link IdReplacer} does in text forms. Not thread-safe.
 */
final class BinaryIdReplacer {
  private static final int UUID_BYTES = 16;
  private static final int ARRAY_HEADER_BYTES = 3 * Integer.BYTES;
  private static final int DIMENSION_BYTES = 2 * Integer.BYTES;

  private final IdMapping mapping;
  private final UuidText uuid = new UuidText();

  BinaryIdReplacer(IdMapping mapping) {
    this.mapping = mapping;
  }

  /** Replaces what the kind of column calls for. */
  void replace(IdKind kind, byte[] bytes, int start, int length) {
    switch (kind) {
      case UUID -> replaceUuid(bytes, start, length);
      case TEXT -> replaceWhole(bytes, start, start + length);
      case UUID_ARRAY, TEXT_ARRAY -> replaceElements(kind, bytes, start, start + length);
      case JSON -> replaceInDocument(bytes, start, start + length);
    }
  }

  private void replaceUuid(byte[] bytes, int start, int length) {
    if (length != UUID_BYTES) {
      throw new IllegalStateException("a uuid in binary has 16 bytes");
    }
    int at = mapping.find(readLong(bytes, start), readLong(bytes, start + Long.BYTES));
    if (at >= 0) {
      writeLong(bytes, start, mapping.newHigh(at));
      writeLong(bytes, start + Long.BYTES, mapping.newLow(at));
    }
  }

  /** The text is an id and nothing else, but for the blanks that {@code char(n)} is filled with. */
  private void replaceWhole(byte[] bytes, int start, int end) {
    for (int i = start + UuidText.LENGTH; i < end; i++) {
      if (bytes[i] != ' ') {
        return;
      }
    }
    replaceText(bytes, start, end);
  }

  /** Elements that are an id and nothing else, in an array of any shape. */
  private void replaceElements(IdKind kind, byte[] bytes, int start, int end) {
    int at = start + ARRAY_HEADER_BYTES + readInt(bytes, start) * DIMENSION_BYTES;
    while (at < end) {
      int length = readInt(bytes, at);
      at += Integer.BYTES;
      if (length < 0) {
        continue;
      }
      if (kind == IdKind.UUID_ARRAY) {
        replaceUuid(bytes, at, length);
      } else if (length == UuidText.LENGTH) {
        replaceText(bytes, at, at + length);
      }
      at += length;
    }
  }

  /** Strings and keys that are an id and nothing else; what precedes jsonb's text has no quote. */
  private void replaceInDocument(byte[] bytes, int start, int end) {
    int i = start;
    while (i < end) {
      if (bytes[i] != '"') {
        i++;
        continue;
      }
      int closing = i + 1 + UuidText.LENGTH;
      if (closing < end && bytes[closing] == '"') {
        replaceText(bytes, i + 1, closing);
      }
      i++;
      while (i < end && bytes[i] != '"') {
        i += bytes[i] == '\\' ? 2 : 1;
      }
      i++;
    }
  }

  private void replaceText(byte[] bytes, int start, int end) {
    if (end - start < UuidText.LENGTH || !uuid.read(bytes, start)) {
      return;
    }
    int at = mapping.find(uuid.high(), uuid.low());
    if (at >= 0) {
      uuid.write(bytes, start, mapping.newHigh(at), mapping.newLow(at));
    }
  }

  private static int readInt(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) << 24
        | (bytes[offset + 1] & 0xff) << 16
        | (bytes[offset + 2] & 0xff) << 8
        | bytes[offset + 3] & 0xff;
  }

  private static long readLong(byte[] bytes, int offset) {
    return (long) readInt(bytes, offset) << 32 | readInt(bytes, offset + 4) & 0xffffffffL;
  }

  private static void writeLong(byte[] bytes, int offset, long value) {
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[offset + i] = (byte) (value >>> (56 - 8 * i));
    }
  }
}
