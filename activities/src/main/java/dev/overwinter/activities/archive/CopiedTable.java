package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.TableRule;
import java.util.List;
import java.util.Objects;

/**
 * A table that the run copies, as it was when the plan was made.
 *
 * @param number its number in the plan, from 1
 * @param source its name in the source
 * @param target its name in the target
 * @param filter an SQL condition on the source's rows, of which only those that meet it are copied;
 *     null for all
 * @param columns the copied columns, in the order in which rows are written and digested
 */
public record CopiedTable(
    int number,
    QualifiedName source,
    QualifiedName target,
    String filter,
    List<CopiedColumn> columns) {
  public CopiedTable {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    columns = List.copyOf(columns);
  }

  /** A table that is copied as it is. */
  public static CopiedTable asItIs(int number, Table table) {
    return of(number, Projection.asItIs(table));
  }

  /** A table that is copied in another shape. */
  static CopiedTable of(int number, Projection projection) {
    return new CopiedTable(
        number,
        projection.source(),
        projection.target(),
        projection.filter(),
        projection.columns().stream().map(CopiedColumn::of).toList());
  }

  /**
   * A column of the target that is filled.
   *
   * @param name its name in the target
   * @param expression the SQL that gives its values, evaluated on a row of the source
   * @param type the type of the expression with its modifiers; the column in the target may be of
   *     another that takes the same text forms
   * @param form how its values are written in JSON
   * @param sourceColumn the column of the source that is copied as it is, or null where the values
   *     are made by another expression
   */
  public record CopiedColumn(
      String name, String expression, String type, ValueForm form, String sourceColumn) {
    public CopiedColumn {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(expression, "expression");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(form, "form");
    }

    private static CopiedColumn of(ProjectedColumn column) {
      return new CopiedColumn(
          column.name(),
          column.expression(),
          column.column().type(),
          ValueForm.of(column.column().outputFunction()),
          column.sourceColumn());
    }
  }

  /**
   * Whether a table of the source has the same columns to be copied as when the plan was made.
   *
   * @param rule the request's for this table
   */
  public boolean isStill(Table table, TableRule rule) {
    List<CopiedColumn> plain =
        columns.stream().filter(column -> column.sourceColumn() != null).toList();
    return plain.equals(
        Projections.plainColumns(table, rule).stream().map(CopiedColumn::of).toList());
  }

  /** The target's columns, quoted for SQL and joined by commas. */
  public String columnList() {
    return String.join(
        ", ", columns.stream().map(column -> QualifiedName.quote(column.name())).toList());
  }

  /**
   * The query of the copied values of one relation's rows, in the order of the columns. Its values
   * and the filter may name the table as the source does, whichever partition is read.
   *
   * @param leaf the relation that holds the rows: the table or a partition
   * @param condition which of them, as SQL over {@code ctid}
   */
  public String select(QualifiedName leaf, String condition) {
    // The line's end ends a comment that an expression may end with.
    String values =
        String.join(
            ", ", columns.stream().map(column -> "(" + column.expression() + "\n)").toList());
    return "SELECT %s FROM ONLY %s AS %s WHERE %s%s"
        .formatted(
            values,
            leaf.sql(),
            QualifiedName.quote(source.name()),
            condition,
            filter == null ? "" : " AND (" + filter + "\n)");
  }
}
