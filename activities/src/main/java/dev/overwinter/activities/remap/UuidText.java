package dev.overwinter.activities.remap;

/**
 * Reads and writes UUIDs in their canonical text form inside larger texts without making objects.
 * Holds the last one read; not thread-safe.
 */
final class UuidText {
  /** Characters, and in ASCII bytes, of a UUID's canonical form. */
  static final int LENGTH = 36;

  private static final byte[] LOWER = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final byte[] UPPER = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };

  private long high;
  private long low;
  private boolean upperCase;

  /**
   * Reads the UUID that starts at an offset.
   *
   * @return false when there is none, or one whose letters are partly upper and partly lower case:
   *     nobody could write its successor in the same style, nor tell later what it was
   */
  boolean read(byte[] text, int offset) {
    if (offset < 0 || text.length - offset < LENGTH) {
      return false;
    }
    long bitsHigh = 0;
    long bitsLow = 0;
    boolean lowerSeen = false;
    boolean upperSeen = false;
    for (int i = 0; i < LENGTH; i++) {
      int character = text[offset + i];
      if (isHyphen(i)) {
        if (character != '-') {
          return false;
        }
        continue;
      }
      int digit;
      if (character >= '0' && character <= '9') {
        digit = character - '0';
      } else if (character >= 'a' && character <= 'f') {
        digit = character - 'a' + 10;
        lowerSeen = true;
      } else if (character >= 'A' && character <= 'F') {
        digit = character - 'A' + 10;
        upperSeen = true;
      } else {
        return false;
      }
      if (i < 18) {
        bitsHigh = bitsHigh << 4 | digit;
      } else {
        bitsLow = bitsLow << 4 | digit;
      }
    }
    high = bitsHigh;
    low = bitsLow;
    upperCase = upperSeen;
    return !(lowerSeen && upperSeen);
  }

  /** The first 64 bits of the UUID last read. */
  long high() {
    return high;
  }

  /** The last 64 bits of the UUID last read. */
  long low() {
    return low;
  }

  /** Writes a UUID over the text at an offset, in the letter case of the one last read. */
  void write(byte[] text, int offset, long bitsHigh, long bitsLow) {
    byte[] digits = upperCase ? UPPER : LOWER;
    int shift = 64;
    for (int i = 0; i < LENGTH; i++) {
      if (isHyphen(i)) {
        text[offset + i] = '-';
        continue;
      }
      shift = shift == 0 ? 60 : shift - 4;
      long word = i < 18 ? bitsHigh : bitsLow;
      text[offset + i] = digits[(int) (word >>> shift) & 15];
    }
  }

  private static boolean isHyphen(int place) {
    return place == 8 || place == 13 || place == 18 || place == 23;
  }
}
