package dev.overwinter.activities.load;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes one run's rows of {@code overwinter.put_aside*}, in the caller's transaction.
 */
final class AsideLedger {
  private static final String KEY =
      " WHERE run_id = ? AND kind = ? AND schema_name = ? AND table_name = ? AND object_name = ?";

  private final String runId;

  AsideLedger(String runId) {
    this.runId = runId;
  }

  /** What the ledger holds of one object. */
  record Entry(
      String state,
      String tree,
      String dropStatement,
      List<String> restoreStatements,
      String orphansStatement) {}

  /**
   * Begins the run's plan; the caller writes it in the same transaction.
   *
   * @return false when an earlier attempt has written it
   * @throws StepException when the run is being undone already
   */
  boolean begin(Connection target) throws SQLException {
    String sql =
        "INSERT INTO overwinter.put_aside_plan VALUES (?, 'loading') ON CONFLICT DO NOTHING";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      if (statement.executeUpdate() == 1) {
        return true;
      }
    }
    checkLoading(target);
    return false;
  }

  /**
   * Makes sure that the plan is written and the run loads until the transaction ends.
   *
   * @throws StepException when nothing was put aside, or the run is being undone
   */
  void checkLoading(Connection target) throws SQLException {
    String state = "SELECT state FROM overwinter.put_aside_plan WHERE run_id = ? FOR SHARE";
    try (PreparedStatement statement = target.prepareStatement(state)) {
      statement.setString(1, runId);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "The ledger does not say what was put aside, so the load cannot be completed. Roll back.");
        }
        if (row.getString(1).equals("emptying")) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "The run is being rolled back, so nothing is loaded into the target any more.");
        }
      }
    }
  }

  /** From now on the run only undoes: what is planned stays where it is. */
  void beginEmptying(Connection target) throws SQLException {
    String plan =
        """
        INSERT INTO overwinter.put_aside_plan VALUES (?, 'emptying')
        ON CONFLICT (run_id) DO UPDATE SET state = 'emptying'
        """;
    String objects =
        """
        UPDATE overwinter.put_aside SET state = 'restored', changed_at = clock_timestamp()
         WHERE run_id = ? AND state = 'planned'
        """;
    for (String sql : new String[] {plan, objects}) {
      try (PreparedStatement statement = target.prepareStatement(sql)) {
        statement.setString(1, runId);
        statement.executeUpdate();
      }
    }
  }

  /** Counts tables that were emptied, over all attempts. */
  int addEmptied(Connection target, int tables) throws SQLException {
    String sql =
        """
        UPDATE overwinter.put_aside_plan SET tables_emptied = tables_emptied + ?
         WHERE run_id = ? RETURNING tables_emptied
        """;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setInt(1, tables);
      statement.setString(2, runId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }

  /** The objects in a state, in the order of restoration, those of larger tables first. */
  List<AsideObject> inState(Connection target, String state) throws SQLException {
    String sql =
        """
        SELECT kind, schema_name, table_name, object_name, stage,
               kind = 'trigger' OR kind IN ('key', 'foreign key') AND tree IS NOT NULL
          FROM overwinter.put_aside
         WHERE run_id = ? AND state = ?
         ORDER BY stage, pg_relation_size(to_regclass(format('%I.%I', schema_name, table_name))) DESC NULLS LAST,
                  schema_name, table_name, object_name
        """;
    List<AsideObject> objects = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      statement.setString(2, state);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          QualifiedName table = new QualifiedName(rows.getString(2), rows.getString(3));
          objects.add(
              new AsideObject(
                  Kind.of(rows.getString(1)),
                  table,
                  rows.getString(4),
                  rows.getInt(5),
                  rows.getBoolean(6)));
        }
      }
    }
    return objects;
  }

  /** Locks an object's row until the transaction ends; null when the run's record is gone. */
  Entry lock(Connection target, AsideObject object) throws SQLException {
    String sql =
        "SELECT state, tree, drop_statement, restore_statements, orphans_statement"
            + " FROM overwinter.put_aside"
            + KEY
            + " FOR UPDATE";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      setKey(statement, 1, object);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        Array restore = row.getArray(4);
        return new Entry(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            List.of((String[]) restore.getArray()),
            row.getString(5));
      }
    }
  }

  void setState(Connection target, AsideObject object, String state) throws SQLException {
    String sql = "UPDATE overwinter.put_aside SET state = ?, changed_at = clock_timestamp()" + KEY;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, state);
      setKey(statement, 2, object);
      statement.executeUpdate();
    }
  }

  /**
   * An index falls with all its partitions, and with the constraint it stands for; the validation
   * of a foreign key falls with this.
   */
  void setTreeAside(Connection target, String tree) throws SQLException {
    String sql =
        """
        UPDATE overwinter.put_aside SET state = 'aside', changed_at = clock_timestamp()
         WHERE run_id = ? AND kind IN ('index', 'validation') AND tree = ?
        """;
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      statement.setString(2, tree);
      statement.executeUpdate();
    }
  }

  /** Objects by kind whose state is one of those given. */
  Map<Kind, Integer> count(Connection target, String... states) throws SQLException {
    String sql =
        "SELECT kind, count(*) FROM overwinter.put_aside WHERE run_id = ? AND state = ANY (?) GROUP BY kind";
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      counts.put(kind, 0);
    }
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      statement.setArray(2, target.createArrayOf("text", states));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          counts.put(Kind.of(rows.getString(1)), rows.getInt(2));
        }
      }
    }
    return counts;
  }

  /** The tables that the run may load. */
  List<QualifiedName> tables(Connection target) throws SQLException {
    String sql =
        "SELECT schema_name, table_name FROM overwinter.put_aside_table WHERE run_id = ? ORDER BY 1, 2";
    List<QualifiedName> tables = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, runId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.add(new QualifiedName(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return tables;
  }

  void addTables(Connection target, List<QualifiedName> tables) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("INSERT INTO overwinter.put_aside_table VALUES (?, ?, ?)")) {
      for (QualifiedName table : tables) {
        statement.setString(1, runId);
        statement.setString(2, table.schema());
        statement.setString(3, table.name());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void setKey(PreparedStatement statement, int first, AsideObject object)
      throws SQLException {
    statement.setString(first, runId);
    statement.setString(first + 1, object.kind().word());
    statement.setString(first + 2, object.table().schema());
    statement.setString(first + 3, object.table().name());
    statement.setString(first + 4, object.name());
  }
}
