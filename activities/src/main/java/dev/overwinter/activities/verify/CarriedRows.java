package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Some rows of a table of the target, read back by where they are stored: those that a transaction
 * has just inserted beside rows of others. For that transaction, which nobody can get in between.
 *
 * @param table the table
 * @param columns the columns that were carried, in the order in which rows are digested
 * @param wires how each travels in binary, or null when rows travel as text
 * @param mapped which of them were remapped, by name
 * @param run whose mapping is reversed
 * @param places a relation with the columns {@code relation} and {@code place}, one row for each
 *     row that is meant, as SQL names it
 */
public record CarriedRows(
    Table table,
    List<Column> columns,
    List<WireType> wires,
    Map<String, IdKind> mapped,
    RunKey run,
    String places) {

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

  /** The digest of what the rows are in the source. A row that is not there any more is missing. */
  public TableDigest digest(Connection target) throws SQLException {
    DigestQuery query =
        DigestQuery.ofTarget(
            (relation, condition) -> rowsOf(relation), columns, wires, mapped, run);
    TableDigest digest = TableDigest.EMPTY;
    for (QualifiedName relation : relations(target)) {
      digest = digest.plus(query.run(target, new PageRange(relation, 0, PageRange.OPEN, 0)));
    }
    return digest;
  }

  /** Old ids of carried users in them, which the digest cannot see: one finding a column. */
  public List<Finding> leftovers(Connection target) throws SQLException {
    List<QualifiedName> relations = relations(target);
    if (relations.isEmpty()) {
      return List.of();
    }
    String rows =
        relations.stream().map(this::rowsOf).collect(Collectors.joining(" UNION ALL ", "(", ")"));
    return UserIdChecks.leftovers(target, rows, table, mapped, run);
  }

  private String rowsOf(QualifiedName relation) {
    String columnList =
        columns.isEmpty()
            ? ""
            : columns.stream()
                .map(column -> "r." + QualifiedName.quote(column.name()))
                .collect(Collectors.joining(", "));
    return "SELECT %s FROM %s places JOIN ONLY %s r ON r.ctid = places.place WHERE places.relation = '%s'::pg_catalog.regclass"
        .formatted(columnList, places, relation.sql(), relation.sql().replace("'", "''"));
  }

  private List<QualifiedName> relations(Connection target) throws SQLException {
    List<QualifiedName> relations = new ArrayList<>();
    try (Statement statement = target.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT n.nspname, c.relname
                  FROM (SELECT DISTINCT relation FROM %s) places
                  JOIN pg_catalog.pg_class c ON c.oid = places.relation
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 ORDER BY 1, 2
                """
                    .formatted(places))) {
      while (rows.next()) {
        relations.add(new QualifiedName(rows.getString(1), rows.getString(2)));
      }
    }
    return relations;
  }
}
