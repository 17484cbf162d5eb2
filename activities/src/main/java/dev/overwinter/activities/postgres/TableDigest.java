package dev.overwinter.activities.postgres;

import java.util.HexFormat;

/**
 * The digest of a set of rows, the same in whatever order they come: their count and two sums of
 * 64-bit words of each row's hash, as {@link RowDigest} defines it. A row that occurs twice counts
 * twice.
 *
 * @param rows how many rows
 * @param sum0 sum of the first words modulo 2^64
 * @param sum1 sum of the second words modulo 2^64
 */
public record TableDigest(long rows, long sum0, long sum1) {
  /** The digest of no rows. */
  public static final TableDigest EMPTY = new TableDigest(0, 0, 0);

  private static final int HEX_LENGTH = 48;

  public TableDigest {
    if (rows < 0) {
      throw new IllegalArgumentException("rows must not be negative");
    }
  }

  /** The digest of both sets together. */
  public TableDigest plus(TableDigest other) {
    return new TableDigest(Math.addExact(rows, other.rows), sum0 + other.sum0, sum1 + other.sum1);
  }

  /** 48 hexadecimal digits: rows, first sum, second sum, 16 digits each. */
  public String toHex() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(rows) + hex.toHexDigits(sum0) + hex.toHexDigits(sum1);
  }

  /** The inverse of {@link #toHex()}. */
  public static TableDigest fromHex(String hex) {
    if (hex.length() != HEX_LENGTH) {
      throw new IllegalArgumentException("a table's digest has 48 hexadecimal digits");
    }
    return new TableDigest(
        HexFormat.fromHexDigitsToLong(hex, 0, 16),
        HexFormat.fromHexDigitsToLong(hex, 16, 32),
        HexFormat.fromHexDigitsToLong(hex, 32, 48));
  }
}
