package dev.overwinter.activities.rules;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import java.util.Objects;

/**
 * A column of the target that is filled from the source.
 *
 * @param column its name in the target, and the type that the source gives its values
 * @param expression SQL that gives the values, evaluated on a row of the source
 * @param sourceColumn the source's column whose values it has as they are, or null
 */
public record ProjectedColumn(Column column, String expression, String sourceColumn) {
  public ProjectedColumn {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(expression, "expression");
  }

  /** A column whose values are carried as they are. */
  static ProjectedColumn plain(Column column, String nameInTarget) {
    return new ProjectedColumn(
        new Column(
            nameInTarget,
            column.type(),
            column.baseType(),
            column.outputFunction(),
            column.notNull(),
            column.hasDefault(),
            column.generated(),
            column.identity()),
        QualifiedName.quote(column.name()),
        column.name());
  }

  /** Its name in the target. */
  public String name() {
    return column.name();
  }

  /** What requests and findings call it: by the source's name where there is one. */
  public String knownAs() {
    return sourceColumn == null ? name() : sourceColumn;
  }
}
