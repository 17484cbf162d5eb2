package dev.overwinter.activities.load;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills the target's materialized views that read loaded tables, each after those it reads itself.
 * A view and its row in the ledger change in one transaction, so none is filled twice.
 */
final class MaterializedViews {
  /** A view depends on what it reads by its rule; the deepest way to a table decides. */
  private static final String OUTDATED =
      """
      WITH RECURSIVE reader AS (
        SELECT r.oid, 0 AS depth FROM overwinter.put_aside_relation r WHERE r.run_id = ?
        UNION
        SELECT w.ev_class, reader.depth + 1
          FROM reader
          JOIN pg_catalog.pg_depend d
            ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = reader.oid
           AND d.classid = 'pg_catalog.pg_rewrite'::regclass
          JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid AND w.ev_class <> reader.oid
      )
      SELECT n.nspname, c.relname
        FROM reader
        JOIN pg_catalog.pg_class c ON c.oid = reader.oid AND c.relkind = 'm'
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
       GROUP BY n.nspname, c.relname
       ORDER BY max(reader.depth), n.nspname, c.relname
      """;

  private static final String BEGIN =
      """
      INSERT INTO overwinter.refreshed_view (run_id, schema_name, view_name, was_filled, place)
      SELECT run.id, n.nspname, c.relname, c.relispopulated,
             (SELECT count(*) FROM overwinter.refreshed_view v WHERE v.run_id = run.id)
        FROM (VALUES (?)) AS run (id),
             pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ? AND c.relname = ? AND c.relkind = 'm'
      ON CONFLICT DO NOTHING
      """;

  private static final String REFRESHED =
      """
      SELECT format('%I.%I', v.schema_name, v.view_name), v.was_filled
        FROM overwinter.refreshed_view v
        JOIN pg_catalog.pg_namespace n ON n.nspname = v.schema_name
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = v.view_name
       WHERE v.run_id = ? AND c.relkind = 'm'
       ORDER BY v.place
      """;

  private final Database target;

  MaterializedViews(Database target) {
    this.target = target;
  }

  private record View(String schema, String name) {
    String sql() {
      return "\"%s\".\"%s\"".formatted(schema.replace("\"", "\"\""), name.replace("\"", "\"\""));
    }
  }

  /** Fills all that the run has not filled yet, one after the other. */
  void refresh(AsideLedger ledger, String runId, StepContext context) {
    List<View> views =
        target.inTransaction("reading the materialized views", c -> outdated(c, runId));
    List<Lanes.Task> tasks = new ArrayList<>();
    for (View view : views) {
      tasks.add(
          new Lanes.Task(
              view.schema() + "." + view.name(),
              lane ->
                  target.inTransaction(
                      "refresh of the materialized view %s.%s"
                          .formatted(view.schema(), view.name()),
                      CancelGuard.guarding(lane, c -> refresh(c, ledger, runId, view)))));
    }
    Lanes.run(1, "materialized views", tasks, context);
  }

  private static List<View> outdated(Connection target, String runId) throws SQLException {
    List<View> views = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(OUTDATED)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          views.add(new View(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return views;
  }

  private static Void refresh(Connection target, AsideLedger ledger, String runId, View view)
      throws SQLException {
    // A rollback must not overtake: it empties what it finds recorded.
    ledger.checkLoading(target);
    try (PreparedStatement statement = target.prepareStatement(BEGIN)) {
      statement.setString(1, runId);
      statement.setString(2, view.schema());
      statement.setString(3, view.name());
      if (statement.executeUpdate() == 0) {
        return null;
      }
    }
    TargetTables.execute(target, TargetTables.APPLICATION_PATH);
    TargetTables.execute(target, "REFRESH MATERIALIZED VIEW " + view.sql());
    return null;
  }

  /** Takes the loaded rows out of the views again, once they are out of the tables. */
  static void putBack(Connection target, String runId) throws SQLException {
    List<String> statements = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(REFRESHED)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          statements.add(
              "REFRESH MATERIALIZED VIEW "
                  + rows.getString(1)
                  + (rows.getBoolean(2) ? "" : " WITH NO DATA"));
        }
      }
    }
    TargetTables.execute(target, TargetTables.APPLICATION_PATH);
    for (String sql : statements) {
      TargetTables.execute(target, sql);
    }
    TargetTables.execute(target, "SET LOCAL search_path = ''");
  }
}
