package dev.overwinter.activities.later;

import dev.overwinter.activities.load.ComingValues;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether tables of a target in use can be loaded without harm to the application. */
final class TargetChecks {
  private static final String TABLE =
      """
      SELECT has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
               AND has_table_privilege(c.oid, 'DELETE'),
             pg_catalog.row_security_active(c.oid),
             EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                      WHERE r.ev_class = c.oid AND r.ev_type IN ('3', '4') AND r.ev_enabled <> 'D'),
             has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
        FROM pg_catalog.pg_class c WHERE c.oid = ?::regclass
      """;

  private TargetChecks() {}

  /** What is in the way of loading one table. */
  static List<Finding> ofTable(
      Connection target, QualifiedName source, QualifiedName table, LaterRequest request)
      throws SQLException {
    List<Finding> findings = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(TABLE)) {
      statement.setString(1, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          findings.add(
              Finding.blocker(
                  table.toString(),
                  "The role may not read, insert and delete rows of this table; deleting is for a rollback.",
                  "GRANT SELECT, INSERT, DELETE."));
        }
        if (row.getBoolean(2)) {
          findings.add(
              Finding.blocker(
                  table.toString(),
                  "Policies of the table bind the role, and may refuse or hide rows.",
                  "Use the table's owner, or a role with BYPASSRLS."));
        }
        if (row.getBoolean(3)) {
          findings.add(
              Finding.blocker(
                  table.toString(),
                  "Rules of the table (CREATE RULE) change what inserting or deleting means.",
                  "Replace them by triggers, or drop them until the table is carried."));
        }
        if (!row.getBoolean(4)) {
          findings.add(
              Finding.blocker(
                  "target",
                  "The role may not make temporary tables in this database.",
                  "GRANT TEMPORARY ON DATABASE."));
        }
      }
    }
    List<String> triggers = TriggerRule.triggers(target, table);
    if (!triggers.isEmpty() && !TableSelection.fires(request, source.toString())) {
      findings.add(
          Finding.blocker(
              table.toString(), TriggerRule.message(triggers), TriggerRule.remedy(source)));
    }
    return findings;
  }

  /** Sequences that would give the application a number that a row to come has. */
  static List<Finding> sequences(
      Connection source, Connection target, MigrationRequest request, List<Table> tables)
      throws SQLException {
    return ComingValues.sequencesBehind(source, target, request, tables).stream()
        .map(
            sequence ->
                Finding.blocker(
                    sequence.toString(),
                    "The sequence gives the application numbers that rows to be carried have already.",
                    "Set it beyond the greatest number in the source's column with setval, and see whether rows of the application have such numbers."))
        .toList();
  }
}
