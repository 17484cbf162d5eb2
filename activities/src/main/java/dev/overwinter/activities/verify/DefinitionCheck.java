package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * That the target's tables are defined as they were before anything was put aside: columns,
 * constraints, indexes and triggers.
 */
final class DefinitionCheck {
  private static final String DIFFERENCES =
      """
      SELECT kind, schema_name, table_name, object_name,
             before.definition IS NULL AS is_new, now.definition IS NULL AS is_gone
        FROM (SELECT * FROM overwinter.put_aside_definition WHERE run_id = ?) before
        FULL JOIN (SELECT * FROM overwinter.definition WHERE run_id = ?) now
             USING (kind, schema_name, table_name, object_name)
       WHERE before.definition IS DISTINCT FROM now.definition
       ORDER BY schema_name, table_name, kind, object_name
      """;

  private DefinitionCheck() {}

  static Check of(RunKey run, Database target) {
    return new Check("definitions", target, connection -> differences(connection, run));
  }

  private static List<Finding> differences(Connection connection, RunKey run) throws SQLException {
    requirePlan(connection, run);
    List<Finding> findings = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(DIFFERENCES)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String kind = row.getString(1);
          String message =
              row.getBoolean(5)
                  ? "is a %s that was not there before the import"
                  : row.getBoolean(6)
                      ? "is a %s that was there before the import and is gone"
                      : "is a %s that is defined otherwise than before the import";
          findings.add(
              Finding.blocker(
                  "%s.%s.%s".formatted(row.getString(2), row.getString(3), row.getString(4)),
                  message.formatted(kind),
                  "Define it as it was, then verify again, or roll back."));
        }
      }
    }
    return findings;
  }

  /** Without it nothing is known of how the tables were, which must not pass for no difference. */
  private static void requirePlan(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT 1 FROM overwinter.put_aside_plan WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "The ledger does not say how the target's tables were defined before the import.");
        }
      }
    }
  }
}
