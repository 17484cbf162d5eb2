package dev.overwinter.workflows.request;

import dev.overwinter.workflows.request.TableRule.Fate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what the request says about tables whose shape differs between source and target. */
final class TableRulesReader {
  private final JsonInput tables;
  private final List<String> schemas;
  private final List<String> skipTables;

  /**
   * @param tables the request's section
   * @param schemas the application's schemas
   * @param skipTables the tables that the request skips elsewhere
   */
  TableRulesReader(JsonInput tables, List<String> schemas, List<String> skipTables) {
    this.tables = tables;
    this.schemas = schemas;
    this.skipTables = skipTables;
  }

  Map<String, TableRule> read() {
    Map<String, TableRule> rules = new LinkedHashMap<>();
    tables.objects().forEach((name, input) -> rules.put(name, table(name, input)));
    refuseEqualTargets(rules);
    return rules;
  }

  private TableRule table(String name, JsonInput input) {
    checkName(name);
    String rename = input.text("rename", null);
    String filter = input.text("filter", null);
    boolean skip = input.bool("skip", false);
    boolean later = input.bool("later", false);
    Map<String, ColumnRule> columns = columns(input.object("columns"));
    boolean changed = rename != null || filter != null || !columns.isEmpty();
    if (skip && later) {
      tables.problem(name, "must be skipped or left for later, not both");
    } else if (skip && changed) {
      tables.problem(name, "says how to carry a table that is skipped: remove either");
    } else if (skipTables.contains(name) && (changed || later)) {
      tables.problem(name, "has rules, but skipTables names it too: remove either");
    } else if (!skip && !later && !changed && !input.hasProblems()) {
      tables.problem(name, "says nothing: give rename, filter, columns, skip or later");
    }
    if (rename != null) {
      checkTarget(input, rename);
    }
    return new TableRule(
        rename, filter, skip ? Fate.SKIPPED : later ? Fate.LATER : Fate.CARRIED, columns);
  }

  private void checkName(String name) {
    int point = name.indexOf('.');
    if (point < 1 || name.endsWith(".")) {
      tables.problem(name, "must be a table of the source as schema.table");
    } else if (schemas.stream().noneMatch(schema -> name.startsWith(schema + "."))) {
      tables.problem(
          name, "is in none of the request's schemas, which are " + String.join(", ", schemas));
    }
  }

  /** Whether a name may be that of a table in the target. */
  static void checkTarget(JsonInput input, String rename) {
    int point = rename.indexOf('.');
    if (point < 1 || rename.endsWith(".")) {
      input.problem("rename", "must be the target's table as schema.table");
      return;
    }
    String schema = rename.substring(0, point);
    if (schema.equals("overwinter") || schema.startsWith("pg_")) {
      input.problem("rename", "must name a table of the application, not of " + schema);
    }
  }

  /** The rules for single columns. */
  static Map<String, ColumnRule> columns(JsonInput input) {
    Map<String, ColumnRule> rules = new LinkedHashMap<>();
    Map<String, String> keys = new LinkedHashMap<>();
    input
        .objects()
        .forEach(
            (name, column) -> {
              ColumnRule rule = column(input, name, column);
              if (rule == null) {
                return;
              }
              rules.put(name, rule);
              String other = rule.drop() ? null : keys.put(rule.nameInTarget(name), name);
              if (other != null) {
                input.problem(
                    name,
                    "fills the target's column %s, and so does %s: one column has one source"
                        .formatted(
                            JsonInput.shortened(rule.nameInTarget(name)),
                            JsonInput.shortened(other)));
              }
            });
    return rules;
  }

  private static ColumnRule column(JsonInput columns, String name, JsonInput input) {
    String rename = input.text("rename", null);
    boolean drop = input.bool("drop", false);
    String expression = input.text("expression", null);
    String constant = input.literal("constant");
    boolean says = rename != null || expression != null || constant != null;
    if (expression != null && constant != null) {
      columns.problem(name, "has an expression and a constant: one column has one source");
    } else if (drop && says) {
      columns.problem(name, "is dropped and carried at once: remove either");
    } else if (!drop && !says) {
      if (!input.hasProblems()) {
        columns.problem(name, "says nothing: give rename, drop, expression or constant");
      }
    } else {
      return new ColumnRule(rename, drop, expression, constant);
    }
    return null;
  }

  /** A table that keeps its name is known here only when there is a rule for it. */
  private void refuseEqualTargets(Map<String, TableRule> rules) {
    Map<String, String> taken = new LinkedHashMap<>();
    rules.forEach(
        (name, rule) -> {
          if (rule.fate() == Fate.SKIPPED) {
            return;
          }
          String target = rule.rename() == null ? name : rule.rename();
          String other = taken.put(target, name);
          if (other != null) {
            tables.problem(
                name,
                "goes to the target's table %s, and so does %s: skip or rename one"
                    .formatted(JsonInput.shortened(target), JsonInput.shortened(other)));
          }
        });
  }
}
