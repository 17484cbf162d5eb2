package dev.overwinter.activities.rules;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table of the source in the shape in which the target takes it.
 *
 * @param table the source's table
 * @param target the target's
 * @param filter SQL that carried rows meet, evaluated on a row of the source; null for all rows
 * @param columns the target's columns that are filled, in the order in which rows are digested
 */
public record Projection(
    Table table, QualifiedName target, String filter, List<ProjectedColumn> columns) {
  public Projection {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(target, "target");
    columns = List.copyOf(columns);
  }

  /** A table that is carried as it is. */
  public static Projection asItIs(Table table) {
    return new Projection(
        table,
        table.name(),
        null,
        table.copiedColumns().stream()
            .map(column -> ProjectedColumn.plain(column, column.name()))
            .toList());
  }

  /** The source's name. */
  public QualifiedName source() {
    return table.name();
  }

  /** The filled columns, by their names in the target and the types of the source's values. */
  public List<Column> targetColumns() {
    return columns.stream().map(ProjectedColumn::column).toList();
  }

  /** What a column of the source is called in the target, if its values go there as they are. */
  public Optional<String> nameInTarget(String sourceColumn) {
    return columns.stream()
        .filter(column -> sourceColumn.equals(column.sourceColumn()))
        .map(ProjectedColumn::name)
        .findFirst();
  }

  /**
   * The carried rows of the whole table, as a query with the target's names. May hold question
   * marks of the operator's, so it is not for a {@link java.sql.PreparedStatement}.
   */
  public String select() {
    boolean ordinary = table.leaves().equals(List.of(table.name()));
    return select((ordinary ? "ONLY " : "") + table.name().sql(), "true");
  }

  /**
   * The carried rows of one relation that meet a condition.
   *
   * @param leaf the table or one of its partitions
   * @param condition SQL over {@code ctid}
   */
  public String select(QualifiedName leaf, String condition) {
    return select("ONLY " + leaf.sql(), condition);
  }

  private String select(String relation, String condition) {
    String values =
        columns.stream()
            .map(it -> "(%s\n) AS %s".formatted(it.expression(), QualifiedName.quote(it.name())))
            .collect(Collectors.joining(", "));
    // Expressions may qualify names with the table's, also in a partition, and end with a comment.
    return "SELECT %s FROM %s AS %s WHERE %s%s"
        .formatted(
            values,
            relation,
            QualifiedName.quote(table.name().name()),
            condition,
            filter == null ? "" : " AND (" + filter + "\n)");
  }
}
