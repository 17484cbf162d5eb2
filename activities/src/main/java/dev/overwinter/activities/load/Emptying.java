package dev.overwinter.activities.load;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Empties the tables to load of rows that this run did not load, where the request says so by the
 * name of the database. Nothing brings such rows back.
 */
public final class Emptying {
  private static final String REFERRING =
      """
      WITH RECURSIVE listed AS (
        SELECT oid FROM unnest(?::regclass[]::oid[]) AS roots (oid)
        UNION
        SELECT h.inhrelid
          FROM listed l
          JOIN pg_inherits h ON h.inhparent = l.oid
          JOIN pg_class c ON c.oid = h.inhrelid AND c.relispartition
      )
      SELECT DISTINCT k.conrelid::regclass::text
        FROM pg_constraint k
       WHERE k.contype = 'f' AND k.confrelid IN (SELECT l.oid FROM listed l)
         AND k.conrelid NOT IN (SELECT l.oid FROM listed l)
       ORDER BY 1
      """;

  private static final String RECORD =
      """
      INSERT INTO overwinter.emptied_table (run_id, schema_name, table_name, rows)
      VALUES (?, ?, ?, ?)
      """;

  private Emptying() {}

  /**
   * Other tables with rows that refer to the tables: emptying these would leave them without what
   * they refer to, or change them too.
   *
   * @param tables all that would be emptied
   */
  public static List<String> referring(Connection target, List<QualifiedName> tables)
      throws SQLException {
    List<String> referring = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(REFERRING)) {
      Object[] names = tables.stream().map(QualifiedName::sql).toArray();
      statement.setArray(1, target.createArrayOf("text", names));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          referring.add(rows.getString(1));
        }
      }
    }
    List<String> filled = new ArrayList<>();
    try (Statement statement = target.createStatement()) {
      for (String table : referring) {
        try (ResultSet row =
            statement.executeQuery("SELECT EXISTS (SELECT FROM %s)".formatted(table))) {
          row.next();
          if (row.getBoolean(1)) {
            filled.add(table);
          }
        }
      }
    }
    return filled;
  }

  /**
   * Makes sure that rows may be thrown away.
   *
   * @param filled tables to load that have rows
   * @throws StepException TARGET_CHANGED unless the request names this very database
   */
  static void requireLeave(
      Connection target, StepInput input, List<QualifiedName> tables, List<QualifiedName> filled)
      throws SQLException {
    String named = input.request().target().truncate();
    if (named == null || !named.equals(database(target))) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "These tables of the target have rows that this run did not load: %s. Empty them or point the run at another target, then start anew."
              .formatted(filled));
    }
    List<String> referring = referring(target, tables);
    if (!referring.isEmpty()) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The target's tables cannot be emptied: tables that this run does not load refer to them and have rows: %s. Empty those first, then start anew."
              .formatted(referring));
    }
  }

  private static String database(Connection target) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery("SELECT current_database()")) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Empties the tables and records of which rows, in the transaction that plans the load. The
   * application's triggers, which are planned already, are put aside before: they are not told.
   */
  static void empty(
      Connection target,
      AsideLedger ledger,
      StepInput input,
      List<QualifiedName> tables,
      List<QualifiedName> filled,
      LoaderPass pass)
      throws SQLException {
    for (AsideObject object : ledger.inState(target, "planned")) {
      if (object.kind() == Kind.TRIGGER) {
        TargetTables.execute(target, ledger.lock(target, object).dropStatement());
        ledger.setState(target, object, "aside");
      }
    }
    for (QualifiedName table : filled) {
      record(target, input.run().runId(), table, TargetTables.count(target, table));
    }
    pass.apply(target, input.run());
    TargetTables.empty(target, tables);
  }

  private static void record(Connection target, String runId, QualifiedName table, long rows)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(RECORD)) {
      statement.setString(1, runId);
      statement.setString(2, table.schema());
      statement.setString(3, table.name());
      statement.setLong(4, rows);
      statement.executeUpdate();
    }
  }

  /** What a rollback cannot bring back, for people. */
  static List<String> lost(Connection target, String runId) throws SQLException {
    List<String> lost = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT schema_name, table_name, rows FROM overwinter.emptied_table WHERE run_id = ? ORDER BY 1, 2")) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          lost.add(
              "%s.%s without the %d rows it had before, which the request let go"
                  .formatted(rows.getString(1), rows.getString(2), rows.getLong(3)));
        }
      }
    }
    return lost;
  }
}
