package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rows that a transaction has read back of a table of the target: those that it has inserted there
 * beside rows of others.
 *
 * @param table the table
 * @param columns the columns that were carried, in the order in which rows are digested
 * @param wires how each travels in binary, or null when rows travel as text
 * @param mapped which of them were remapped, by name
 * @param run whose mapping is reversed
 * @param copy the relation that they were read into
 */
public record CarriedRows(
    Table table,
    List<Column> columns,
    List<WireType> wires,
    Map<String, IdKind> mapped,
    RunKey run,
    QualifiedName copy) {

  /** The columns of a table by their names, in the order of the names. */
  public static List<Column> columns(Table table, List<String> names) {
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(
          table.copiedColumns().stream()
              .filter(column -> column.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new StepException(
                          FailureType.TARGET_CHANGED,
                          "%s.%s is missing in the target, or is computed there. Create it, then retry the step."
                              .formatted(table.name(), name))));
    }
    return columns;
  }

  /** The digest of what the rows are in the source. */
  public TableDigest digest(Connection target) throws SQLException {
    return DigestQuery.ofTarget(columns, wires, mapped, run)
        .run(target, new PageRange(copy, 0, PageRange.OPEN, 0));
  }

  /** Old ids of carried users in them, which the digest cannot see: one finding a column. */
  public List<Finding> leftovers(Connection target) throws SQLException {
    return UserIdChecks.leftovers(target, copy.sql(), table, mapped, run);
  }
}
