package dev.overwinter.activities.rules;

import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.workflows.request.ColumnRule;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TableRule;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Applies the request's rules to the source's tables. Stateless. */
public final class Projections {
  private static final TableRule NO_RULE = new TableRule(null, null, null, Map.of());

  private Projections() {}

  /**
   * The tables that are carried, in the order of their names, each in the target's shape.
   *
   * @param source a session of the source, in a transaction
   * @throws SQLException when the source refuses an expression
   */
  public static List<Projection> read(Connection source, MigrationRequest request)
      throws SQLException {
    List<Projection> projections = new ArrayList<>();
    for (Table table : Catalog.read(source, request.schemas(), request.tablesLeftBehind())) {
      projections.add(of(source, table, rule(request, table.name())));
    }
    return projections;
  }

  /** The request's rule for a table of the source; one that changes nothing where it has none. */
  public static TableRule rule(MigrationRequest request, QualifiedName table) {
    return request.tables().getOrDefault(table.toString(), NO_RULE);
  }

  /** One table in the target's shape. */
  public static Projection of(Connection source, Table table, TableRule rule) throws SQLException {
    Map<String, Column> types =
        ExpressionTypes.read(source, table.name(), values(table, rule).values());
    List<ProjectedColumn> columns = new ArrayList<>();
    for (String key : keys(table, rule)) {
      ColumnRule ofColumn = rule.columns().get(key);
      Column column = column(table, key);
      String value = value(table, key, ofColumn);
      if (value != null) {
        columns.add(made(ofColumn.nameInTarget(key), value, types.get(value)));
      } else if (column != null && !column.generated() && (ofColumn == null || !ofColumn.drop())) {
        String name = ofColumn == null ? key : ofColumn.nameInTarget(key);
        columns.add(ProjectedColumn.plain(column, name));
      }
    }
    return new Projection(table, target(table.name(), rule), rule.filter(), columns);
  }

  private static ProjectedColumn made(String name, String expression, Column type) {
    return new ProjectedColumn(
        new Column(
            name, type.type(), type.baseType(), type.outputFunction(), false, false, false, ' '),
        expression,
        null);
  }

  /** The table's name in the target. */
  public static QualifiedName target(QualifiedName source, TableRule rule) {
    if (rule.rename() == null) {
      return source;
    }
    int point = rule.rename().indexOf('.');
    return new QualifiedName(rule.rename().substring(0, point), rule.rename().substring(point + 1));
  }

  /** The SQL that makes values, by the rules' keys. */
  static Map<String, String> values(Table table, TableRule rule) {
    Map<String, String> values = new LinkedHashMap<>();
    rule.columns()
        .forEach(
            (key, ofColumn) -> {
              String value = value(table, key, ofColumn);
              if (value != null) {
                values.put(key, value);
              }
            });
    return values;
  }

  /** A computed column's values are carried when a rule names it: into a column that is not. */
  private static String value(Table table, String key, ColumnRule rule) {
    if (rule == null || rule.value() != null) {
      return rule == null ? null : rule.value();
    }
    Column column = column(table, key);
    return rule.rename() != null && column != null && column.generated()
        ? QualifiedName.quote(key)
        : null;
  }

  private static Set<String> keys(Table table, TableRule rule) {
    Set<String> keys = new LinkedHashSet<>();
    table.columns().forEach(column -> keys.add(column.name()));
    keys.addAll(rule.columns().keySet());
    return keys;
  }

  private static Column column(Table table, String name) {
    return table.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * The columns that a table carries as they are, as a catalog read later gives them: what they
   * were planned as must be that still.
   */
  public static List<ProjectedColumn> plainColumns(Table table, TableRule rule) {
    return keys(table, rule).stream()
        .map(key -> column(table, key))
        .filter(column -> column != null && !column.generated())
        .filter(column -> isPlain(rule.columns().get(column.name())))
        .map(column -> ProjectedColumn.plain(column, nameInTarget(column.name(), rule)))
        .toList();
  }

  private static boolean isPlain(ColumnRule rule) {
    return rule == null || !rule.drop() && rule.value() == null;
  }

  /** What a column of the source is called in the target. */
  public static String nameInTarget(String column, TableRule rule) {
    ColumnRule ofColumn = rule.columns().get(column);
    return ofColumn == null ? column : ofColumn.nameInTarget(column);
  }
}
