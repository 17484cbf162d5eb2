package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.CopyBinaryReader;

/** Replaces the ids in some columns of a table, in rows of either form. Not thread-safe. */
final class MappedValues implements RowRemapper {
  private final int[] places;
  private final IdKind[] kinds;
  private final IdReplacer inText;
  private final BinaryIdReplacer inBinary;

  /**
   * @param places where the columns are among the copied ones
   * @param kinds how each of them holds ids
   */
  MappedValues(int[] places, IdKind[] kinds, IdMapping mapping) {
    this.places = places;
    this.kinds = kinds;
    this.inText = new IdReplacer(mapping);
    this.inBinary = new BinaryIdReplacer(mapping);
  }

  @Override
  public void remap(byte[][] values) {
    for (int i = 0; i < places.length; i++) {
      byte[] value = values[places[i]];
      if (value != null) {
        values[places[i]] = inText.replace(kinds[i], value);
      }
    }
  }

  @Override
  public void remap(CopyBinaryReader row) {
    for (int i = 0; i < places.length; i++) {
      if (!row.isNull(places[i])) {
        inBinary.replace(kinds[i], row.bytes(), row.start(places[i]), row.length(places[i]));
      }
    }
  }
}
