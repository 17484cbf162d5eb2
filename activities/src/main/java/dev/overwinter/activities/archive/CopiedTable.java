package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import java.util.List;
import java.util.Objects;

/**
 * A table that the run copies, as it was when the plan was made.
 *
 * @param number its number in the plan, from 1
 * @param source its name in the source
 * @param target its name in the target
 * @param columns the copied columns, in the source's order
 */
public record CopiedTable(
    int number, QualifiedName source, QualifiedName target, List<CopiedColumn> columns) {
  public CopiedTable {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    columns = List.copyOf(columns);
  }

  /**
   * A column whose values are copied.
   *
   * @param name the name
   * @param type the type with its modifiers, for people
   * @param form how its values are written in JSON
   */
  public record CopiedColumn(String name, String type, ValueForm form) {
    public CopiedColumn {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(form, "form");
    }

    static CopiedColumn of(Column column) {
      return new CopiedColumn(column.name(), column.type(), ValueForm.of(column.outputFunction()));
    }
  }

  /** Whether a table of the source has the same copied columns as when the plan was made. */
  public boolean isStill(Table table) {
    return columns.equals(table.copiedColumns().stream().map(CopiedColumn::of).toList());
  }

  /** The columns' names, quoted for SQL and joined by commas. */
  public String columnList() {
    return String.join(
        ", ", columns.stream().map(column -> QualifiedName.quote(column.name())).toList());
  }
}
