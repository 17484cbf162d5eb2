package dev.overwinter.activities.later;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Removes the rows that a run has inserted, and no others. They are known by the transaction that
 * has inserted them, which every row keeps until somebody changes it. So a row that the application
 * has changed since is the application's now, and stays. May be broken off anywhere and repeated.
 * Thread-safe.
 */
public final class LaterUndo {
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '30s'";

  /**
   * The numbers mean something only where the ledger's own row has the number that stands in it,
   * and only for half of the four thousand million transactions that a row's number tells apart.
   */
  private static final String TRANSACTIONS =
      """
      SELECT l.transaction::text::numeric % 4294967296,
             l.xmin::text::numeric = l.transaction::text::numeric % 4294967296
               AND pg_catalog.pg_current_xact_id()::text::numeric - l.transaction::text::numeric
                   BETWEEN 0 AND 2000000000
        FROM overwinter.later_load l
       WHERE l.run_id = ? AND l.table_no = ?
      """;

  /** Foreign keys by which removing a row changes or removes rows that refer to it. */
  private static final String ACTING_KEYS =
      """
      SELECT k.conname, n.nspname, c.relname,
             (SELECT string_agg(format('c.%I = t.%I', f.attname, p.attname), ' AND ')
                FROM unnest(k.conkey, k.confkey) AS pair (from_no, to_no)
                JOIN pg_catalog.pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = from_no
                JOIN pg_catalog.pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = to_no)
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confdeltype IN ('c', 'n', 'd')
         AND (k.confrelid = ?::regclass
              OR k.confrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(?::regclass)))
      """;

  private final Database target;

  public LaterUndo(Database target) {
    this.target = target;
  }

  private record ActingKey(String name, QualifiedName table, String condition) {}

  /**
   * Undoes a run that has not carried its tables to the end.
   *
   * @return what was done by all attempts; zeros when nothing was left to do
   * @throws StepException TargetChanged when the tables count as carried, or nobody can tell any
   *     more which rows are the run's; RowsRefused when rows of the application refer to them
   */
  public LaterUndoSummary undo(RunKey run, StepContext context) {
    List<LaterTableInLedger> tables =
        CancelGuard.inTransaction(target, "stopping the load", c -> begin(c, run), context);
    for (LaterTableInLedger table : tables) {
      CancelGuard.inTransaction(
          target,
          "removing the rows of " + table.target(),
          c -> {
            remove(c, run, table);
            return null;
          },
          context);
    }
    return CancelGuard.inTransaction(
        target, "removing the run from the ledger", c -> end(c, run), context);
  }

  /** From now on nothing is loaded; those that refer to others first. */
  private static List<LaterTableInLedger> begin(Connection connection, RunKey run)
      throws SQLException {
    if (!LaterLedger.stands(connection)) {
      return List.of();
    }
    LaterLedger.execute(connection, LOCK_TIMEOUT);
    boolean begun =
        LaterLedger.change(
            connection,
            run,
            List.of(LaterLedger.LOADING, LaterLedger.UNDOING),
            LaterLedger.UNDOING);
    if (!begun && LaterLedger.state(connection, run).isPresent()) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "Workflow %s has carried its tables, and removes nothing any more."
              .formatted(run.workflowId()));
    }
    List<LaterTableInLedger> tables = new ArrayList<>(LaterLedger.tables(connection, run));
    Collections.reverse(tables);
    return tables;
  }

  private static void remove(Connection connection, RunKey run, LaterTableInLedger table)
      throws SQLException {
    List<String> transactions = transactions(connection, run, table);
    if (transactions.isEmpty() || !stands(connection, table.target())) {
      return;
    }
    LaterLedger.execute(connection, LOCK_TIMEOUT);
    LaterLedger.execute(
        connection, "LOCK TABLE %s IN ROW EXCLUSIVE MODE".formatted(table.target().sql()));
    List<String> triggers = TriggerRule.triggers(connection, table.target());
    if (!triggers.isEmpty() && !table.fires()) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "%s: %s Disable them and retry the step."
              .formatted(table.target(), TriggerRule.message(triggers)));
    }
    LaterLedger.execute(connection, LoadTransaction.AS_THE_APPLICATION);
    String ours = " = ANY ('{%s}'::xid[])".formatted(String.join(",", transactions));
    refuseActingKeys(connection, table, ours);
    try (Statement statement = connection.createStatement()) {
      long removed =
          statement.executeLargeUpdate(
              "DELETE FROM %s t WHERE t.xmin%s".formatted(own(connection, table.target()), ours));
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      addRemoved(connection, run, removed);
    } catch (SQLException e) {
      throw Refusals.ofRemoving(e, table.target());
    }
  }

  /** Somebody may have dropped the table, and our rows with it. */
  private static boolean stands(Connection connection, QualifiedName table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      statement.setString(1, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static List<String> transactions(
      Connection connection, RunKey run, LaterTableInLedger table) throws SQLException {
    List<String> transactions = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(TRANSACTIONS)) {
      statement.setString(1, run.runId());
      statement.setInt(2, table.number());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (!row.getBoolean(2)) {
            throw new StepException(
                FailureType.TARGET_CHANGED,
                "%s: the ledger was restored or rewritten since, so that nobody can tell any more which rows the run has loaded. Remove them by hand, by what the archive holds, and drop the run's row from overwinter.run."
                    .formatted(table.target()));
          }
          transactions.add(row.getString(1));
        }
      }
    }
    return transactions;
  }

  /** With those of partitions, without those of tables that inherit. */
  private static String own(Connection connection, QualifiedName table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = ?::regclass")) {
      statement.setString(1, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return (row.getBoolean(1) ? "" : "ONLY ") + table.sql();
      }
    }
  }

  /** Would the removal reach rows of the application? Asked while nobody can refer to ours anew. */
  private static void refuseActingKeys(Connection connection, LaterTableInLedger table, String ours)
      throws SQLException {
    List<ActingKey> keys = actingKeys(connection, table.target());
    if (keys.isEmpty()) {
      return;
    }
    String mine = own(connection, table.target());
    LaterLedger.execute(
        connection,
        "SELECT count(*) FROM (SELECT FROM %s t WHERE t.xmin%s FOR UPDATE) locked"
            .formatted(mine, ours));
    for (ActingKey key : keys) {
      String sql =
          "SELECT EXISTS (SELECT FROM %s c JOIN %s t ON %s WHERE t.xmin%s AND NOT c.xmin%4$s)"
              .formatted(key.table().sql(), mine, key.condition(), ours);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        if (row.getBoolean(1)) {
          throw Refusals.stillReferredTo(
              table.target(), "constraint %s of %s".formatted(key.name(), key.table()));
        }
      }
    }
  }

  private static List<ActingKey> actingKeys(Connection connection, QualifiedName table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ACTING_KEYS)) {
      statement.setString(1, table.sql());
      statement.setString(2, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        List<ActingKey> keys = new ArrayList<>();
        while (row.next()) {
          keys.add(
              new ActingKey(
                  row.getString(1),
                  new QualifiedName(row.getString(2), row.getString(3)),
                  row.getString(4)));
        }
        return keys.stream().distinct().collect(Collectors.toList());
      }
    }
  }

  private static void addRemoved(Connection connection, RunKey run, long rows) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE overwinter.later_run SET rows_removed = rows_removed + ? WHERE run_id = ?")) {
      statement.setLong(1, rows);
      statement.setString(2, run.runId());
      statement.executeUpdate();
    }
  }

  private static LaterUndoSummary end(Connection connection, RunKey run) throws SQLException {
    if (!LaterLedger.stands(connection) || LaterLedger.state(connection, run).isEmpty()) {
      return new LaterUndoSummary(0, 0);
    }
    long removed = LaterLedger.rowsRemoved(connection, run);
    long left = LaterLedger.rowsLoaded(connection, run) - removed;
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM overwinter.run WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      statement.executeUpdate();
    }
    return new LaterUndoSummary(removed, Math.max(0, left));
  }
}
