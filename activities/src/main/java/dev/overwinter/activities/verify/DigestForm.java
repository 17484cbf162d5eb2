package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.WireType;

/**
 * The form in which SQL digests a column's values: what Java digested when they were exported.
 *
 * @param column the column
 * @param wire how its values travel in binary; null where the table's rows travel as text
 */
record DigestForm(Column column, WireType wire) {
  /** A value of the column. */
  String of(String value) {
    return isBinary() ? value + "::" + wire.sqlName() : text(value);
  }

  /** What is left of a value after its text form was changed. */
  String ofText(String text) {
    return isBinary() ? "(" + text + ")::" + wire.sqlName() : text;
  }

  /**
   * A value in its type's text form. These two functions do not take all the types they print: a
   * domain over an enum the one, {@code refcursor} the other.
   */
  String text(String value) {
    return column.outputFunction().endsWith(".enum_out")
            || column.outputFunction().equals("pg_catalog.textout")
        ? value + "::text"
        : "textin(%s(%s))".formatted(column.outputFunction(), value);
  }

  private boolean isBinary() {
    return wire != null && wire != WireType.OTHER;
  }
}
