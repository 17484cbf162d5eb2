package dev.overwinter.activities.postgres;

import java.util.List;
import java.util.Objects;

/**
 * A table that holds rows of its own or through partitions. A partitioned table stands for all its
 * partitions; rows are read from its {@link #leaves()} and written through the table itself.
 *
 * @param name the name
 * @param columns columns in the table's order, dropped ones left out
 * @param primaryKey names of the primary key's columns, empty without one
 * @param leaves the relations that hold the rows, by name: the partitions' leaves, or the table
 *     itself
 * @param references tables that this one's foreign keys point to, without itself
 * @param level dependency level: 0 without references, else one more than the highest referenced
 *     level, references inside a cycle left out
 * @param estimatedRows rows by the statistics, or 0 when never analyzed
 * @param bytes bytes of the heaps and their TOAST
 */
public record Table(
    QualifiedName name,
    List<Column> columns,
    List<String> primaryKey,
    List<QualifiedName> leaves,
    List<QualifiedName> references,
    int level,
    long estimatedRows,
    long bytes) {
  public Table {
    Objects.requireNonNull(name, "name");
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
    leaves = List.copyOf(leaves);
    references = List.copyOf(references);
  }

  /** The columns that are copied: all but generated ones, in the table's order. */
  public List<Column> copiedColumns() {
    return columns.stream().filter(column -> !column.generated()).toList();
  }
}
