package dev.overwinter.activities.load;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.load.AsideObject.Kind;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.schema.CreatedObjects;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Leaves the target as the run found it: the tables it loaded empty, everything put aside back, the
 * sequences where they stood, what it created gone, no guard and no ledger. Works from every state
 * that a run can leave behind, may be broken off anywhere and repeated. Thread-safe.
 */
public final class TargetUndo {
  private static final int ROUNDS = 5;

  /** By a scan of the catalog: to_regclass may still see what another attempt just dropped. */
  private static final String LEDGER_STANDS =
      """
      SELECT EXISTS (
        SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'overwinter' AND c.relname = 'put_aside_plan')
      """;

  private final Database target;
  private final LoaderPass pass;
  private final TargetCleaner cleaner;
  private final int builders;

  /**
   * @param pass lets the emptying by the target's guard
   * @param cleaner removes that guard
   * @param builders how many indexes are built at one time, not more than the target's connections
   */
  public TargetUndo(Database target, LoaderPass pass, TargetCleaner cleaner, int builders) {
    this.target = target;
    this.pass = pass;
    this.cleaner = cleaner;
    this.builders = builders;
  }

  /**
   * Undoes the loading before go-live. The accounts that the run made must have been undone before,
   * since the ledger, which knows them, goes with this.
   *
   * @return what was done by all attempts; zeros when nothing was left to do
   */
  public CleanUpSummary emptyTarget(StepInput input, StepContext context) {
    String runId = input.run().runId();
    if (!target.inTransaction("looking for the ledger", c -> hasRun(c, runId))) {
      target.inTransaction("removing an unused ledger", this::discard);
      return new CleanUpSummary(0, 0, List.of());
    }
    try {
      return undo(new AsideLedger(runId), input.run(), context);
    } catch (StepException e) {
      // Another attempt that came first takes the ledger away from under this one.
      if (target.inTransaction("looking for the ledger", c -> hasRun(c, runId))) {
        throw e;
      }
      return new CleanUpSummary(0, 0, List.of());
    }
  }

  private CleanUpSummary undo(AsideLedger ledger, RunKey run, StepContext context) {
    for (int round = 0; round < ROUNDS; round++) {
      int emptied =
          CancelGuard.inTransaction(
              target, "emptying the target", c -> empty(c, ledger, run), context);
      new Restoration(target, builders).restoreAll(ledger, context);
      int restored = target.inTransaction("counting what was restored", c -> restored(c, ledger));
      Optional<List<String>> closed =
          CancelGuard.inTransaction(
              target, "removing guard and ledger", c -> close(c, ledger, run.runId()), context);
      if (closed.isPresent()) {
        return new CleanUpSummary(emptied, restored, closed.get());
      }
    }
    throw new StepException(
        FailureType.STEP_BUSY,
        "The target is filled again as fast as it is emptied, by an attempt to load that is still at work; it will be tried again.");
  }

  private static boolean hasRun(Connection connection, String runId) throws SQLException {
    LedgerSchema.lock(connection);
    try (Statement statement = connection.createStatement()) {
      if (!isTrue(statement, LEDGER_STANDS)) {
        return false;
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT 1 FROM overwinter.run WHERE run_id = ?")) {
      statement.setString(1, runId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** A ledger without any run is what a run leaves behind that ended while it began. */
  private Void discard(Connection connection) throws SQLException {
    LedgerSchema.lock(connection);
    try (Statement statement = connection.createStatement()) {
      if (isTrue(statement, LEDGER_STANDS)
          && !isTrue(statement, "SELECT EXISTS (SELECT 1 FROM overwinter.run)")) {
        cleaner.removeGuard(connection);
        statement.execute("DROP SCHEMA overwinter CASCADE");
      }
    }
    return null;
  }

  private int empty(Connection connection, AsideLedger ledger, RunKey run) throws SQLException {
    ledger.beginEmptying(connection);
    List<QualifiedName> tables = ledger.tables(connection);
    TargetTables.lock(connection, tables, "ACCESS EXCLUSIVE");
    List<QualifiedName> filled = TargetTables.withRows(connection, tables);
    if (!filled.isEmpty()) {
      disableTriggers(connection, ledger);
      pass.apply(connection, run);
      TargetTables.empty(connection, tables);
    }
    return ledger.addEmptied(connection, filled.size());
  }

  /** The application's triggers are not told of the emptying, as they were not of the loading. */
  private static void disableTriggers(Connection connection, AsideLedger ledger)
      throws SQLException {
    for (AsideObject object : ledger.inState(connection, "restored")) {
      if (object.kind() == Kind.TRIGGER) {
        AsideLedger.Entry entry = ledger.lock(connection, object);
        try (Statement statement = connection.createStatement()) {
          statement.execute(entry.dropStatement());
        }
        ledger.setState(connection, object, "aside");
      }
    }
  }

  private static int restored(Connection connection, AsideLedger ledger) throws SQLException {
    Map<Kind, Integer> counts = ledger.count(connection, "restored");
    // No objects of their own.
    counts.remove(Kind.VALIDATION);
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Ends the run's record, unless an attempt to load that was still at work committed rows since;
   * after this its commits fail, because a chunk and its row in the ledger commit together.
   *
   * @return what the run created and could not be dropped; empty when rows were found
   */
  private Optional<List<String>> close(Connection connection, AsideLedger ledger, String runId)
      throws SQLException {
    LedgerSchema.create(connection);
    lockRun(connection, runId);
    List<QualifiedName> tables = ledger.tables(connection);
    TargetTables.lock(connection, tables, "ACCESS EXCLUSIVE");
    if (!TargetTables.withRows(connection, tables).isEmpty()) {
      return Optional.empty();
    }
    MaterializedViews.putBack(connection, runId);
    Sequences.putBack(connection, runId);
    cleaner.removeGuard(connection);
    List<String> left = new ArrayList<>(Emptying.lost(connection, runId));
    left.addAll(CreatedObjects.drop(connection, runId));
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM overwinter.run WHERE run_id = ?")) {
      statement.setString(1, runId);
      statement.executeUpdate();
    }
    dropUnused(connection);
    return Optional.of(left);
  }

  /** Whoever creates something for the run holds the row: what it records, we find. */
  private static void lockRun(Connection connection, String runId) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT FROM overwinter.run WHERE run_id = ? FOR UPDATE")) {
      statement.setString(1, runId);
      statement.execute();
    }
  }

  /** Other runs' records stay: who became whom is asked for long after a run. */
  private static void dropUnused(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!isTrue(statement, "SELECT EXISTS (SELECT 1 FROM overwinter.run)")) {
        statement.execute("DROP SCHEMA overwinter CASCADE");
      }
    }
  }

  private static boolean isTrue(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
