package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Puts a guard's trigger on every table, each in a short transaction of its own. Creating a trigger
 * waits for open writers of that table and not for readers, so once it has committed no write from
 * before is still under way there. Safe to run twice and at the same time; resumes where it was.
 */
final class TriggerRaiser {
  private static final String SHAPE =
      """
      CREATE TRIGGER %s BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE%s ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION %s
      """;

  private static final String TRIGGER_ON =
      """
      SELECT t.tgname FROM pg_trigger t
       WHERE t.tgrelid = ? AND t.tgfoid = to_regprocedure(?) AND NOT t.tgisinternal
       ORDER BY t.tgenabled = 'D', t.tgname
       LIMIT 1
      """;

  private final Database database;
  private final Guard guard;
  private final StepInput input;
  private final StepContext context;
  private final Runnable keepAlive;

  /**
   * @param keepAlive called between tables, for what must be done every few seconds
   */
  TriggerRaiser(
      Database database, Guard guard, StepInput input, StepContext context, Runnable keepAlive) {
    this.database = database;
    this.guard = guard;
    this.input = input;
    this.context = context;
    this.keepAlive = keepAlive;
  }

  /**
   * Fails before anything is touched when a table cannot be guarded by our role.
   *
   * @throws StepException PRIVILEGE_MISSING with the tables' names
   */
  void checkPrivileges() {
    String refused =
        tables().stream()
            .filter(table -> table.inScope() && !table.mayGuard())
            .map(table -> table.name().toString())
            .limit(10)
            .collect(Collectors.joining(", "));
    if (!refused.isEmpty()) {
      throw new StepException(
          FailureType.PRIVILEGE_MISSING,
          "The %s's role lacks the TRIGGER privilege on %s. Grant it, then retry the step."
              .formatted(guard.side(), refused));
    }
  }

  /**
   * Returns when no table is left that needs a guard and has none.
   *
   * @throws StepException WRITERS_IN_FLIGHT when writers in flight did not end in time
   */
  void raise() {
    FreezeRules rules = input.request().freeze();
    var backOff = new BackOff(Duration.ofSeconds(rules.drainSeconds()));
    while (true) {
      keepAlive.run();
      List<GuardedTable> open = open();
      if (open.isEmpty()) {
        return;
      }
      boolean waiting = false;
      for (GuardedTable table : open) {
        keepAlive.run();
        context.progress(new Progress(0, open.size(), "tables to guard", table.name().toString()));
        if (!settle(table)) {
          waiting = true;
          report(table, open.size(), backOff);
        }
      }
      if (waiting) {
        backOff.pause();
      }
    }
  }

  private void report(GuardedTable table, int open, BackOff backOff) {
    String writers =
        GuardTransaction.run(
            database,
            "search for writers of " + table.name(),
            GuardTransaction.OWN_LOCKS,
            connection -> Blockers.describe(connection, table.oid()));
    context.progress(
        new Progress(0, open, "tables to guard", table.name() + " waits for " + writers));
    if (backOff.isOver()) {
      throw new StepException(
          FailureType.WRITERS_IN_FLIGHT,
          "%s of the %s could not be guarded within %d s because of %s. Let the writer end or end it with pg_terminate_backend, then retry the step; freeze.drainSeconds gives it longer."
              .formatted(
                  table.name(), guard.side(), input.request().freeze().drainSeconds(), writers));
    }
  }

  private List<GuardedTable> tables() {
    return GuardTransaction.run(
        database,
        "search for tables to guard",
        GuardTransaction.OWN_LOCKS,
        connection -> GuardScope.tables(connection, guard, input.request().schemas()));
  }

  private List<GuardedTable> open() {
    return GuardTransaction.run(
        database,
        "search for tables without a guard",
        GuardTransaction.OWN_LOCKS,
        connection -> GuardScope.open(connection, guard, input.request().schemas()));
  }

  /** Whether the table is settled; false when it was locked. */
  private boolean settle(GuardedTable seen) {
    Duration wait = Duration.ofMillis(input.request().freeze().lockTimeoutMillis());
    try {
      GuardTransaction.run(
          database,
          "guard on " + seen.name(),
          wait,
          connection -> {
            GuardTransaction.execute(connection, guard.triggerLock());
            // What another attempt has done meanwhile, the next round looks at.
            if (Objects.equals(triggerOn(connection, seen), triggerName(seen))) {
              settle(connection, seen);
            }
            checkStillOurs(connection);
            return null;
          });
      return true;
    } catch (StepException e) {
      if (e.type() == FailureType.DATABASE_BUSY) {
        return false;
      }
      throw e;
    }
  }

  private static String triggerName(GuardedTable table) {
    return table.trigger() == null ? null : table.trigger().name();
  }

  private String triggerOn(Connection connection, GuardedTable table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRIGGER_ON)) {
      statement.setLong(1, table.oid());
      statement.setString(2, guard.function());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }

  private void settle(Connection connection, GuardedTable table) throws SQLException {
    if (!table.inScope()) {
      // Left by an earlier guard with a wider scope, whose removal was interrupted.
      drop(connection, table);
      return;
    }
    if (table.isSound()) {
      // The trigger is an earlier guard's, which may have let writers through: drain them.
      GuardTransaction.execute(
          connection, "LOCK TABLE ONLY " + table.name().sql() + " IN SHARE ROW EXCLUSIVE MODE");
    } else {
      if (table.trigger() != null) {
        drop(connection, table);
      }
      create(connection, table);
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO %s (table_oid) VALUES (?) ON CONFLICT DO NOTHING"
                .formatted(guard.tables()))) {
      statement.setLong(1, table.oid());
      statement.executeUpdate();
    }
  }

  private void create(Connection connection, GuardedTable table) throws SQLException {
    String columns =
        table.columns().isEmpty()
            ? ""
            : table.columns().stream()
                .map(QualifiedName::quote)
                .collect(Collectors.joining(", ", " OF ", ""));
    String trigger = QualifiedName.quote(guard.trigger());
    String name = table.name().sql();
    GuardTransaction.execute(connection, SHAPE.formatted(trigger, columns, name, guard.function()));
    if (table.owned()) {
      // ONLY: some releases look for the trigger on every partition too, where it may not be yet.
      GuardTransaction.execute(
          connection, "ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s".formatted(name, trigger));
    }
  }

  private static void drop(Connection connection, GuardedTable table) throws SQLException {
    GuardTransaction.execute(
        connection,
        "DROP TRIGGER %s ON %s"
            .formatted(QualifiedName.quote(table.trigger().name()), table.name().sql()));
  }

  /** Last in the transaction, so that a release never waits for a table's lock. */
  private void checkStillOurs(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT 1 FROM %s WHERE run_id = ? FOR SHARE".formatted(guard.table()))) {
      statement.setString(1, input.run().runId());
      if (!statement.executeQuery().next()) {
        throw new StepException(
            FailureType.SOURCE_NOT_FROZEN,
            "The %s's guard was lifted while it was being raised. Find out by whom, then retry the step or roll back."
                .formatted(guard.side()));
      }
    }
  }
}
