package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.CopyBinaryReader;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.activities.postgres.WireType;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How a row lies in what the source sends in COPY's binary format: the copied values, and after
 * them once more as text those that Java does not read. Immutable.
 */
public final class WireForm {
  private final WireType[] types;

  /** The field that holds the text form of a column that Java does not read, else the column's. */
  private final int[] textFields;

  private final int fields;

  /**
   * @param wireTypes how the values of each column travel
   */
  public WireForm(List<WireType> wireTypes) {
    this.types = wireTypes.toArray(WireType[]::new);
    this.textFields = IntStream.range(0, types.length).toArray();
    int field = types.length;
    for (int column = 0; column < types.length; column++) {
      if (types[column] == WireType.OTHER) {
        textFields[column] = field++;
      }
    }
    this.fields = field;
  }

  /** The query to be sent in binary, around that of the copied values. */
  static String select(List<WireType> wireTypes, String select) {
    List<Integer> others =
        IntStream.range(0, wireTypes.size())
            .filter(column -> wireTypes.get(column) == WireType.OTHER)
            .boxed()
            .toList();
    if (others.isEmpty()) {
      return select;
    }
    String columns =
        IntStream.range(0, wireTypes.size())
            .mapToObj(column -> "c" + column)
            .collect(Collectors.joining(", "));
    // Of the type's output function, as COPY prints it in text format.
    Stream<String> texts = others.stream().map("pg_catalog.format('%%s', q.c%d)"::formatted);
    return "SELECT q.*, %s FROM (%s) q (%s)"
        .formatted(texts.collect(Collectors.joining(", ")), select, columns);
  }

  /** How many fields a row has. */
  public int fields() {
    return fields;
  }

  /** How many of them, the first ones, are the copied values. */
  public int columns() {
    return types.length;
  }

  /** How a column's values travel. */
  WireType type(int column) {
    return types[column];
  }

  /** The field that Java reads of a column. */
  int readField(int column) {
    return textFields[column];
  }

  /** Adds a row to a digest. */
  public void digest(CopyBinaryReader row, RowDigest digest) {
    digest.beginRow(types.length);
    for (int column = 0; column < types.length; column++) {
      if (row.isNull(column)) {
        digest.nullValue(types[column].oid());
      } else {
        int field = textFields[column];
        digest.value(types[column].oid(), row.bytes(), row.start(field), row.length(field));
      }
    }
    digest.endRow();
  }
}
