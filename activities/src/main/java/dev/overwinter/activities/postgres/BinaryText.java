package dev.overwinter.activities.postgres;

import java.nio.charset.StandardCharsets;

/**
 * PostgreSQL's text form of a value in binary format, exactly as the server prints it in a session
 * pinned by {@link Database}: integer arithmetic only. Keeps the last value; not thread-safe.
 */
public final class BinaryText {
  /** Values that are text already are not copied; the largest other but bytea is a numeric. */
  private static final int MOST_NUMERIC_CHARACTERS = 131_072 + 16_383 + 16;

  private static final byte[] INFINITY = "infinity".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEGATIVE_INFINITY = "-infinity".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NUMERIC_INFINITY = "Infinity".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NUMERIC_NEGATIVE_INFINITY =
      "-Infinity".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NAN = "NaN".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static final long MICROSECONDS_PER_SECOND = 1_000_000;
  private static final long MICROSECONDS_PER_DAY = 86_400 * MICROSECONDS_PER_SECOND;

  /** From 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
  private static final long DAYS_TO_2000 = 10_957;

  private static final int DIGITS_PER_GROUP = 4;
  private static final int NUMERIC_NEGATIVE = 0x4000;
  private static final int NUMERIC_NAN = 0xC000;
  private static final int NUMERIC_PLUS_INFINITY = 0xD000;
  private static final int NUMERIC_MINUS_INFINITY = 0xF000;

  private byte[] scratch = new byte[256];
  private byte[] bytes = scratch;
  private int start;
  private int end;

  /** The bytes in which the text lies. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the text begins. */
  public int start() {
    return start;
  }

  /** How many bytes it has. */
  public int length() {
    return end - start;
  }

  /**
   * Finds the text form of a value that is not NULL.
   *
   * @param type any but {@link WireType#OTHER} and {@link WireType#BYTEA}
   * @throws IllegalStateException when the bytes are no such value
   */
  public void read(WireType type, byte[] value, int offset, int length) {
    switch (type) {
      case TEXT, VARCHAR, BPCHAR, NAME, JSON, ENUM -> isText(value, offset, length);
      case JSONB -> {
        require(length > 0 && value[offset] == 1);
        isText(value, offset + 1, length - 1);
      }
      case BOOL -> {
        begin(length == 1);
        put(value[offset] == 0 ? 'f' : 't');
      }
      case INT2 -> {
        begin(length == 2);
        putLong((short) readInt16(value, offset));
      }
      case INT4 -> {
        begin(length == 4);
        putLong(readInt32(value, offset));
      }
      case INT8 -> {
        begin(length == 8);
        putLong(readInt64(value, offset));
      }
      case UUID -> {
        begin(length == 16);
        putUuid(value, offset);
      }
      case DATE -> {
        begin(length == 4);
        putDate(readInt32(value, offset));
      }
      case TIMESTAMP -> {
        begin(length == 8);
        putTimestamp(readInt64(value, offset), false);
      }
      case TIMESTAMPTZ -> {
        begin(length == 8);
        putTimestamp(readInt64(value, offset), true);
      }
      case NUMERIC -> putNumeric(value, offset, length);
      default -> throw new IllegalArgumentException("no text form is made of " + type);
    }
  }

  /** Writes bytes as hexadecimal digits, two each. */
  public static void hex(byte[] from, int offset, int length, byte[] to, int at) {
    int place = at;
    for (int i = offset; i < offset + length; i++) {
      to[place++] = HEX[(from[i] >> 4) & 15];
      to[place++] = HEX[from[i] & 15];
    }
  }

  private void isText(byte[] value, int offset, int length) {
    bytes = value;
    start = offset;
    end = offset + length;
  }

  private void begin(boolean isSuch) {
    require(isSuch);
    bytes = scratch;
    start = 0;
    end = 0;
  }

  private static void require(boolean isSuch) {
    if (!isSuch) {
      throw new IllegalStateException("the server sent a value in another binary form than known");
    }
  }

  private void put(int character) {
    scratch[end++] = (byte) character;
  }

  private void put(byte[] text) {
    System.arraycopy(text, 0, scratch, end, text.length);
    end += text.length;
  }

  private void putLong(long value) {
    if (value < 0) {
      put('-');
      // The smallest long has no positive counterpart, but its remainders have.
      if (value <= -10) {
        putPadded(-(value / 10), 1);
      }
      put('0' - (int) (value % 10));
      return;
    }
    putPadded(value, 1);
  }

  /** A number that is not negative, with zeros before it up to a width. */
  private void putPadded(long value, int width) {
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    int stop = end + Math.max(digits, width);
    long rest = value;
    for (int i = stop - 1; i >= end; i--) {
      scratch[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    end = stop;
  }

  private void putUuid(byte[] value, int offset) {
    for (int i = 0; i < 16; i++) {
      if (i == 4 || i == 6 || i == 8 || i == 10) {
        put('-');
      }
      put(HEX[(value[offset + i] >> 4) & 15]);
      put(HEX[value[offset + i] & 15]);
    }
  }

  private void putDate(int days) {
    if (days == Integer.MAX_VALUE) {
      put(INFINITY);
    } else if (days == Integer.MIN_VALUE) {
      put(NEGATIVE_INFINITY);
    } else if (putDay(days)) {
      putEra();
    }
  }

  private void putTimestamp(long microseconds, boolean withZone) {
    if (microseconds == Long.MAX_VALUE) {
      put(INFINITY);
      return;
    }
    if (microseconds == Long.MIN_VALUE) {
      put(NEGATIVE_INFINITY);
      return;
    }
    boolean beforeChrist = putDay(Math.floorDiv(microseconds, MICROSECONDS_PER_DAY));
    long ofDay = Math.floorMod(microseconds, MICROSECONDS_PER_DAY);
    int seconds = (int) (ofDay / MICROSECONDS_PER_SECOND);
    put(' ');
    putTwo(seconds / 3600);
    put(':');
    putTwo(seconds / 60 % 60);
    put(':');
    putTwo(seconds % 60);
    putFraction((int) (ofDay % MICROSECONDS_PER_SECOND));
    if (withZone) {
      put('+');
      put('0');
      put('0');
    }
    if (beforeChrist) {
      putEra();
    }
  }

  private void putFraction(int microseconds) {
    if (microseconds == 0) {
      return;
    }
    put('.');
    putPadded(microseconds, 6);
    while (scratch[end - 1] == '0') {
      end--;
    }
  }

  private void putTwo(int value) {
    put('0' + value / 10);
    put('0' + value % 10);
  }

  private void putEra() {
    put(' ');
    put('B');
    put('C');
  }

  /**
   * Writes a day of the Gregorian calendar, which PostgreSQL counts backwards without end.
   *
   * @param days from 2000-01-01
   * @return whether the year is before our era
   */
  private boolean putDay(long days) {
    // Years begin in March here, so that the leap day is the last; eras have 400 years.
    long shifted = days + DAYS_TO_2000 + 719_468;
    long era = Math.floorDiv(shifted, 146_097L);
    int ofEra = (int) Math.floorMod(shifted, 146_097L);
    int yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int fromMarch = (5 * ofYear + 2) / 153;
    int day = ofYear - (153 * fromMarch + 2) / 5 + 1;
    int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    putPadded(year > 0 ? year : 1 - year, 4);
    put('-');
    putTwo(month);
    put('-');
    putTwo(day);
    return year <= 0;
  }

  private void putNumeric(byte[] value, int offset, int length) {
    begin(length >= 8);
    int groups = readInt16(value, offset);
    int weight = (short) readInt16(value, offset + 2);
    int sign = readInt16(value, offset + 4);
    int scale = readInt16(value, offset + 6);
    require(length == 8 + 2 * groups);
    if (sign == NUMERIC_NAN) {
      put(NAN);
      return;
    }
    if (sign == NUMERIC_PLUS_INFINITY) {
      put(NUMERIC_INFINITY);
      return;
    }
    if (sign == NUMERIC_MINUS_INFINITY) {
      put(NUMERIC_NEGATIVE_INFINITY);
      return;
    }
    require(sign == 0 || sign == NUMERIC_NEGATIVE);
    makeRoomFor(DIGITS_PER_GROUP * (Math.max(weight, 0) + 2L) + scale + 8L);
    if (sign == NUMERIC_NEGATIVE) {
      put('-');
    }
    if (weight < 0) {
      put('0');
    }
    for (int group = 0; group <= weight; group++) {
      putPadded(group(value, offset, group, groups), group == 0 ? 1 : DIGITS_PER_GROUP);
    }
    if (scale > 0) {
      put('.');
      int stop = end + scale;
      for (int group = weight + 1; end < stop; group++) {
        putPadded(group(value, offset, group, groups), DIGITS_PER_GROUP);
      }
      end = stop;
    }
  }

  private static int group(byte[] value, int offset, int group, int groups) {
    return group < 0 || group >= groups ? 0 : readInt16(value, offset + 8 + 2 * group);
  }

  private void makeRoomFor(long characters) {
    require(characters <= MOST_NUMERIC_CHARACTERS);
    if (scratch.length < characters) {
      scratch = new byte[(int) characters];
      bytes = scratch;
    }
  }

  static int readInt16(byte[] bytes, int offset) {
    return (bytes[offset] & 0xff) << 8 | bytes[offset + 1] & 0xff;
  }

  static int readInt32(byte[] bytes, int offset) {
    return readInt16(bytes, offset) << 16 | readInt16(bytes, offset + 2);
  }

  static long readInt64(byte[] bytes, int offset) {
    return (long) readInt32(bytes, offset) << 32 | readInt32(bytes, offset + 4) & 0xffffffffL;
  }
}
