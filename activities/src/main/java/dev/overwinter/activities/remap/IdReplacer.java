package dev.overwinter.activities.remap;

/**
 * Replaces user ids in single values, bytes in, bytes out. An id and its successor are equally
 * long, so everything else stays at its place, byte for byte. A value without a known id is
 * returned as the array that was given. Not thread-safe.
 */
final class IdReplacer {
  private final IdMapping mapping;
  private final UuidText uuid = new UuidText();

  IdReplacer(IdMapping mapping) {
    this.mapping = mapping;
  }

  /** Replaces what the kind of column calls for. */
  byte[] replace(IdKind kind, byte[] value) {
    return switch (kind) {
      case UUID, TEXT -> inWhole(value);
      case UUID_ARRAY, TEXT_ARRAY -> inArray(value);
      case JSON -> inDocument(value);
    };
  }

  /**
   * The value is an id and nothing else, but for the blanks that {@code char(n)} is filled with.
   */
  private byte[] inWhole(byte[] value) {
    for (int i = UuidText.LENGTH; i < value.length; i++) {
      if (value[i] != ' ') {
        return value;
      }
    }
    return replaceAt(value, 0, value);
  }

  /**
   * PostgreSQL's text form of an array, of any number of dimensions and lower bounds. A UUID never
   * needs quotes there, so quoted elements are something else.
   */
  private byte[] inArray(byte[] value) {
    byte[] result = value;
    int i = 0;
    while (i < value.length) {
      byte character = value[i];
      if (character == '"') {
        i = afterQuoted(value, i);
        continue;
      }
      i++;
      if ((character == '{' || character == ',') && endsElement(value, i + UuidText.LENGTH)) {
        result = replaceAt(value, i, result);
      }
    }
    return result;
  }

  private static boolean endsElement(byte[] value, int at) {
    return at < value.length && (value[at] == ',' || value[at] == '}');
  }

  /** Strings and keys that are an id and nothing else, at any depth. */
  private byte[] inDocument(byte[] value) {
    byte[] result = value;
    int i = 0;
    while (i < value.length) {
      if (value[i] != '"') {
        i++;
        continue;
      }
      int end = i + 1 + UuidText.LENGTH;
      if (end < value.length && value[end] == '"') {
        result = replaceAt(value, i + 1, result);
      }
      i = afterQuoted(value, i);
    }
    return result;
  }

  /** The place after the closing quote of the string that opens at a place. */
  private static int afterQuoted(byte[] value, int opening) {
    int i = opening + 1;
    while (i < value.length && value[i] != '"') {
      i += value[i] == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  /** The result with the id at an offset replaced, a copy of the value at the first time. */
  private byte[] replaceAt(byte[] value, int offset, byte[] result) {
    if (!uuid.read(value, offset)) {
      return result;
    }
    int at = mapping.find(uuid.high(), uuid.low());
    if (at < 0) {
      return result;
    }
    byte[] changed = result == value ? value.clone() : result;
    uuid.write(changed, offset, mapping.newHigh(at), mapping.newLow(at));
    return changed;
  }
}
