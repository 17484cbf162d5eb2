package dev.overwinter.activities.later;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.LaterTable;
import dev.overwinter.workflows.request.LaterTable.Triggers;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TableRule.Fate;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which tables a run carries, of those that the first run has left for later, and how.
 *
 * @param tables their names in the source
 * @param obstacles what is in the way
 */
record TableSelection(List<String> tables, List<Finding> obstacles) {
  private static final String TAKEN =
      """
      SELECT t.source_schema, t.source_name, l.state, r.workflow_id
        FROM overwinter.later_table t
        JOIN overwinter.later_run l USING (run_id)
        JOIN overwinter.run r USING (run_id)
       WHERE t.of_run = ? AND t.run_id <> ?
      """;

  private record Taken(String state, String workflowId) {}

  /**
   * Selects them.
   *
   * @param run the run that is to carry them
   */
  static TableSelection of(Connection target, RunKey run, FirstRun first, LaterRequest request)
      throws SQLException {
    Map<String, Taken> taken = taken(target, run, first);
    List<String> left = leftForLater(first);
    List<String> tables = new ArrayList<>();
    List<Finding> obstacles = new ArrayList<>();
    for (String name : request.tables().isEmpty() ? left : request.tables().keySet()) {
      Taken other = taken.get(name);
      if (!left.contains(name)) {
        obstacles.add(
            Finding.blocker(
                name,
                "The run did not leave this table for later.",
                left.isEmpty()
                    ? "It left none."
                    : "It left these: " + String.join(", ", left) + "."));
      } else if (other == null) {
        tables.add(name);
      } else if (!other.state().equals(LaterLedger.CARRIED)) {
        obstacles.add(
            Finding.blocker(
                name,
                "Workflow %s is carrying this table.".formatted(other.workflowId()),
                "Wait for it to end. If it was terminated, start this one with \"insteadOf\": \"%s\", which removes first what that one had loaded."
                    .formatted(other.workflowId())));
      } else if (!request.tables().isEmpty()) {
        obstacles.add(
            Finding.blocker(
                name,
                "Workflow %s has carried this table already.".formatted(other.workflowId()),
                "Remove it from tables of the request."));
      }
    }
    if (tables.isEmpty() && obstacles.isEmpty()) {
      obstacles.add(
          Finding.blocker(
              request.run(),
              left.isEmpty()
                  ? "The run has left no table for later."
                  : "Every table that the run has left for later is carried already.",
              "There is nothing to do."));
    }
    return new TableSelection(tables, obstacles);
  }

  private static List<String> leftForLater(FirstRun first) {
    return first.request().tables().entrySet().stream()
        .filter(table -> table.getValue().fate() == Fate.LATER)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Map<String, Taken> taken(Connection target, RunKey run, FirstRun first)
      throws SQLException {
    Map<String, Taken> taken = new LinkedHashMap<>();
    if (!LaterLedger.stands(target)) {
      return taken;
    }
    try (PreparedStatement statement = target.prepareStatement(TAKEN)) {
      statement.setString(1, first.run().runId());
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          taken.put(
              new QualifiedName(row.getString(1), row.getString(2)).toString(),
              new Taken(row.getString(3), row.getString(4)));
        }
      }
    }
    return taken;
  }

  /** The first run's request, for these tables alone. */
  MigrationRequest request(FirstRun first, LaterRequest later, List<Table> inSource) {
    MigrationRequest asked = first.request();
    Map<String, TableRule> rules = new TreeMap<>();
    for (String name : tables) {
      LaterTable here = later.tables().get(name);
      TableRule rule = here == null || here.rule() == null ? asked.tables().get(name) : here.rule();
      rules.put(name, new TableRule(rule.rename(), rule.filter(), Fate.CARRIED, rule.columns()));
    }
    return new MigrationRequest(
        asked.sourceDatabase(),
        asked.targetDatabase(),
        asked.schemas(),
        inSource.stream()
            .map(table -> table.name().toString())
            .filter(name -> !tables.contains(name))
            .toList(),
        rules,
        asked.users(),
        references(asked.references(), later),
        asked.freeze(),
        asked.approval(),
        later.copy(),
        asked.rollback(),
        TargetRules.NOTHING);
  }

  private ReferenceRules references(ReferenceRules asked, LaterRequest later) {
    Map<String, ReferenceTreatment> columns = new TreeMap<>();
    asked
        .columns()
        .forEach(
            (path, treatment) -> {
              if (tables.stream().anyMatch(table -> path.startsWith(table + "."))) {
                columns.put(path, treatment);
              }
            });
    columns.putAll(later.references());
    return new ReferenceRules(
        columns, later.unknownUsers() == null ? asked.unknownUsers() : later.unknownUsers());
  }

  /** Whether the application's triggers on a table may fire. */
  static boolean fires(LaterRequest request, String table) {
    LaterTable rule = request.tables().get(table);
    return rule != null && rule.triggers() == Triggers.FIRE;
  }
}
