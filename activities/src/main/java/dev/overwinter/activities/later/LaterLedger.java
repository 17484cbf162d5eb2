package dev.overwinter.activities.later;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ledger's record of runs that carry tables left for later. Works in the caller's transaction;
 * stateless.
 */
final class LaterLedger {
  static final String LOADING = "loading";
  static final String UNDOING = "undoing";
  static final String CARRIED = "carried";

  /** By a scan of the catalog: to_regclass answers from the session's cache. */
  private static final String STANDS =
      """
      SELECT EXISTS (
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'overwinter' AND c.relname = ?)
      """;

  private static final String TABLES =
      """
      SELECT COALESCE(t.table_no, 0), l.source_schema, l.source_name, l.target_schema, l.target_name,
             l.level, l.whole, l.fires
        FROM overwinter.later_table l
        LEFT JOIN overwinter.copied_table t
               ON t.run_id = l.run_id AND t.source_schema = l.source_schema
              AND t.source_name = l.source_name
       WHERE l.run_id = ?
       ORDER BY l.level, 1
      """;

  private static final String UNLOADED =
      """
      SELECT DISTINCT table_no FROM overwinter.chunk WHERE run_id = ? AND loaded_at IS NULL
      """;

  private LaterLedger() {}

  /** Whether the ledger has a table of this name. */
  static boolean hasTable(Connection target, String name) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(STANDS)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Whether the ledger knows of such runs. */
  static boolean stands(Connection target) throws SQLException {
    return hasTable(target, "later_run");
  }

  /** The state of a run, or empty when it has none. */
  static Optional<String> state(Connection target, RunKey run) throws SQLException {
    return state(target, run, "");
  }

  /** The same, and keeps it as it is until the transaction ends. */
  static Optional<String> stateForLoading(Connection target, RunKey run) throws SQLException {
    return state(target, run, " FOR SHARE");
  }

  private static Optional<String> state(Connection target, RunKey run, String lock)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT state FROM overwinter.later_run WHERE run_id = ?" + lock)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
      }
    }
  }

  /** Changes the state, once nobody loads any more; whether it was one of those expected. */
  static boolean change(Connection target, RunKey run, List<String> from, String to)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            UPDATE overwinter.later_run SET state = ?, changed_at = clock_timestamp()
             WHERE run_id = ? AND state = ANY (?)
            """)) {
      statement.setString(1, to);
      statement.setString(2, run.runId());
      statement.setArray(3, target.createArrayOf("text", from.toArray()));
      return statement.executeUpdate() > 0;
    }
  }

  /** The run's tables, in an order in which they can be loaded. */
  static List<LaterTableInLedger> tables(Connection target, RunKey run) throws SQLException {
    List<LaterTableInLedger> tables = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(TABLES)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          tables.add(
              new LaterTableInLedger(
                  row.getInt(1),
                  new QualifiedName(row.getString(2), row.getString(3)),
                  new QualifiedName(row.getString(4), row.getString(5)),
                  row.getInt(6),
                  row.getBoolean(7),
                  row.getBoolean(8)));
        }
      }
    }
    return tables;
  }

  /** The tables of the lowest level on which something is left to load. */
  static List<LaterTableInLedger> tablesToLoad(Connection target, RunKey run) throws SQLException {
    List<Integer> unloaded = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(UNLOADED)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          unloaded.add(row.getInt(1));
        }
      }
    }
    List<LaterTableInLedger> tables =
        tables(target, run).stream().filter(table -> unloaded.contains(table.number())).toList();
    return tables.stream().filter(table -> table.level() == tables.get(0).level()).toList();
  }

  /** Keeps other lanes off a table that is loaded as a whole; false when one has it. */
  static boolean claim(Connection target, RunKey run, LaterTableInLedger table)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT FROM overwinter.later_table
             WHERE run_id = ? AND source_schema = ? AND source_name = ? FOR UPDATE SKIP LOCKED
            """)) {
      statement.setString(1, run.runId());
      statement.setString(2, table.source().schema());
      statement.setString(3, table.source().name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /**
   * Writes down what this transaction has inserted.
   *
   * @param firstChunk the chunk, or the first one of a whole table
   */
  static void recordLoad(
      Connection target, RunKey run, int table, int firstChunk, TableDigest digest)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            INSERT INTO overwinter.later_load (run_id, table_no, chunk_no, rows, digest, transaction)
            VALUES (?, ?, ?, ?, ?, pg_catalog.pg_current_xact_id())
            """)) {
      statement.setString(1, run.runId());
      statement.setInt(2, table);
      statement.setInt(3, firstChunk);
      statement.setLong(4, digest.rows());
      statement.setString(5, digest.toHex());
      statement.executeUpdate();
    }
  }

  /** How many rows the run has loaded, as far as it is committed. */
  static long rowsLoaded(Connection target, RunKey run) throws SQLException {
    return number(
        target, "SELECT COALESCE(sum(rows), 0) FROM overwinter.later_load WHERE run_id = ?", run);
  }

  /** How many of them were removed again. */
  static long rowsRemoved(Connection target, RunKey run) throws SQLException {
    return number(target, "SELECT rows_removed FROM overwinter.later_run WHERE run_id = ?", run);
  }

  private static long number(Connection target, String sql, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /**
   * Makes sure that the mapping which the run was lent is the one that the first run used.
   *
   * @throws StepException when it is another, so that people would become others than there
   */
  static void requireSameMapping(Connection target, RunKey run) throws SQLException {
    String sql =
        """
        SELECT count(*)
          FROM overwinter.later_run l
          JOIN overwinter.remap_plan mine ON mine.run_id = l.run_id
          JOIN overwinter.remap_plan theirs ON theirs.run_id = l.of_run
         WHERE l.run_id = ? AND mine.mapping_digest = theirs.mapping_digest
        """;
    if (number(target, sql, run) == 0) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The user mapping in the ledger is not the one that the first run remapped with. Put overwinter.user_account back as it was, then roll back and start again.");
    }
  }

  /** Runs a statement without looking at what it returns. */
  static void execute(Connection target, String sql) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute(sql);
    }
  }
}
