package dev.overwinter.activities.preflight;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.rules.ProjectedColumn;

/** Rules as a person would write them into the request. */
final class RuleText {
  private RuleText() {}

  /** A rule for a table. */
  static String table(QualifiedName table, String key, Object value) {
    return inTables(table, node().putPOJO(key, value));
  }

  /** A rule for a column. */
  static String column(QualifiedName table, String column, String key, Object value) {
    ObjectNode columns = node();
    columns.putObject(column).putPOJO(key, value);
    return inTables(table, node().set("columns", columns));
  }

  /** A rule that makes a column's values by an expression, and keeps its name in the target. */
  static String value(QualifiedName table, ProjectedColumn column, String expression) {
    ObjectNode rule = node();
    if (!column.knownAs().equals(column.name())) {
      rule.put("rename", column.name());
    }
    ObjectNode columns = node();
    columns.set(column.knownAs(), rule.put("expression", expression));
    return inTables(table, node().set("columns", columns));
  }

  private static String inTables(QualifiedName table, ObjectNode rule) {
    ObjectNode tables = node();
    tables.set(table.toString(), rule);
    return "\"tables\": " + tables;
  }

  private static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }
}
