package dev.overwinter.activities.postgres;

import dev.overwinter.activities.Sha256;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * Digests rows as they pass. A row's hash is the SHA-256 of what PostgreSQL's {@code record_send}
 * gives for a record of the text forms of its copied columns, in the table's order of columns:
 *
 * <pre>{@code
 * sha256(record_send(ROW(textin(int4out(id)), textin(uuid_out(owner)), ...)))
 * }</pre>
 *
 * <p>that is the count of columns as int4 and for each the type oid 25 ({@code text}) as int4, the
 * length as int4 (-1 for NULL) and the bytes in UTF-8, all big-endian. So NULL and the empty text
 * differ, no value can run into its neighbour, and no setting of a session matters but those that
 * shape the text form. Not thread-safe.
 */
public final class RowDigest {
  private static final int TEXT_OID = 25;
  private static final int NULL_LENGTH = -1;
  private static final int SHA256_BYTES = 32;

  private final MessageDigest sha256 = Sha256.newDigest();
  private final ByteBuffer header = ByteBuffer.allocate(2 * Integer.BYTES);
  private final ByteBuffer hash = ByteBuffer.allocate(SHA256_BYTES);
  private long rows;
  private long sum0;
  private long sum1;

  /** Begins a row; then comes each of its values in turn, then {@link #endRow()}. */
  public void beginRow(int columns) {
    sha256.update(header.clear().putInt(columns).array(), 0, Integer.BYTES);
  }

  /** The row's next value is NULL. */
  public void nullValue() {
    sha256.update(header.clear().putInt(TEXT_OID).putInt(NULL_LENGTH).array());
  }

  /** The row's next value, in its text form as UTF-8. */
  public void value(byte[] bytes, int offset, int length) {
    sha256.update(header.clear().putInt(TEXT_OID).putInt(length).array());
    sha256.update(bytes, offset, length);
  }

  /** Adds the row to the sums. */
  public void endRow() {
    try {
      sha256.digest(hash.array(), 0, SHA256_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
    rows++;
    sum0 += hash.getLong(0);
    sum1 += hash.getLong(Long.BYTES);
  }

  /** Adds a whole row; a null stands for NULL. */
  public void add(byte[][] values) {
    beginRow(values.length);
    for (byte[] value : values) {
      if (value == null) {
        nullValue();
      } else {
        value(value, 0, value.length);
      }
    }
    endRow();
  }

  /** The digest of all rows so far. */
  public TableDigest digest() {
    return new TableDigest(rows, sum0, sum1);
  }
}
