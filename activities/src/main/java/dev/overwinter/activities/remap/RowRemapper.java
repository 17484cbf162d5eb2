package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.CopyBinaryReader;

/**
 * Replaces old user ids by new ones in the rows of one table. A boundary between loading, which
 * knows rows, and remapping, which knows people. Not thread-safe; each lane has its own.
 */
@FunctionalInterface
public interface RowRemapper {
  /**
   * Replaces values in place.
   *
   * @param values one row's values in the order of the copied columns, each in PostgreSQL's text
   *     form as UTF-8, unescaped, or null for NULL
   */
  void remap(byte[][] values);

  /**
   * Replaces values of a row in COPY's binary format in place; an id and its successor are equally
   * long.
   */
  default void remap(CopyBinaryReader row) {
    throw new UnsupportedOperationException("this remapper knows rows as text only");
  }

  /** For tables without user ids. */
  RowRemapper NOTHING =
      new RowRemapper() {
        @Override
        public void remap(byte[][] values) {}

        @Override
        public void remap(CopyBinaryReader row) {}
      };
}
