package dev.overwinter.activities.postgres;

import dev.overwinter.activities.Sha256;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;

/**
 * Digests rows as they pass. A row's hash is the SHA-256 of what PostgreSQL's {@code record_send}
 * gives for a record of its values, in the order of the copied columns: the count of columns as
 * int4 and for each the type's oid as int4, the length as int4 (-1 for NULL) and the bytes, all
 * big-endian. So NULL and the empty text differ, and no value can run into its neighbour.
 *
 * <p>Rows that travel as text are digested in the text forms of their values:
 *
 * <pre>{@code
 * sha256(record_send(ROW(textin(int4out(id)), textin(uuid_out(owner)), ...)))
 * }</pre>
 *
 * <p>Rows that travel in binary are digested as they are, but for values that Java does not read,
 * which are digested in their text form. Not thread-safe.
 */
public final class RowDigest {
  private static final int TEXT_OID = 25;
  private static final int NULL_LENGTH = -1;
  private static final int SHA256_BYTES = 32;
  private static final int GATHERED_BYTES = 8 * 1024;

  private final MessageDigest sha256 = Sha256.newDigest();

  /** One call for a whole row is several times cheaper than one for each of its pieces. */
  private final ByteBuffer gathered = ByteBuffer.allocate(GATHERED_BYTES);

  private final ByteBuffer hash = ByteBuffer.allocate(SHA256_BYTES);
  private long rows;
  private long sum0;
  private long sum1;

  /** Begins a row; then comes each of its values in turn, then {@link #endRow()}. */
  public void beginRow(int columns) {
    makeRoom(Integer.BYTES);
    gathered.putInt(columns);
  }

  /** The row's next value is NULL. */
  public void nullValue() {
    nullValue(TEXT_OID);
  }

  /** The row's next value is NULL, of a type. */
  public void nullValue(int typeOid) {
    makeRoom(2 * Integer.BYTES);
    gathered.putInt(typeOid).putInt(NULL_LENGTH);
  }

  /** The row's next value, in its text form as UTF-8. */
  public void value(byte[] bytes, int offset, int length) {
    value(TEXT_OID, bytes, offset, length);
  }

  /** The row's next value, as a type's binary form. */
  public void value(int typeOid, byte[] bytes, int offset, int length) {
    makeRoom(2 * Integer.BYTES);
    gathered.putInt(typeOid).putInt(length);
    if (length <= gathered.remaining()) {
      gathered.put(bytes, offset, length);
    } else {
      drain();
      sha256.update(bytes, offset, length);
    }
  }

  /** Adds the row to the sums. */
  public void endRow() {
    drain();
    try {
      sha256.digest(hash.array(), 0, SHA256_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
    rows++;
    sum0 += hash.getLong(0);
    sum1 += hash.getLong(Long.BYTES);
  }

  private void makeRoom(int count) {
    if (gathered.remaining() < count) {
      drain();
    }
  }

  private void drain() {
    sha256.update(gathered.array(), 0, gathered.position());
    gathered.clear();
  }

  /** Adds a whole row that travels as text. */
  public void add(CopyRowReader row, int columns) {
    beginRow(columns);
    for (int column = 0; column < columns; column++) {
      if (row.isNull(column)) {
        nullValue();
      } else {
        value(row.bytes(), row.start(column), row.length(column));
      }
    }
    endRow();
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
