package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what a released guard left: triggers, function, tables, schema. Each trigger needs its
 * table for itself for a moment, so readers can be in the way; tries for a while and counts what is
 * left. Stops when a guard stands again.
 */
final class GuardRemover {
  /** How long the removal may take in all; what is left guards nothing. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * How long one try may make a table's users queue. Shorter than the usual deadlock_timeout, so
   * that it is never an application's transaction that is ended as a deadlock's victim.
   */
  private static final Duration WAIT = Duration.ofMillis(500);

  private static final String TRIGGERS =
      """
      SELECT n.nspname, c.relname, t.tgname
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE t.tgfoid = to_regprocedure(?) AND NOT t.tgisinternal
         AND pg_has_role(c.relowner, 'USAGE')
       ORDER BY n.nspname, c.relname
      """;

  private static final String LEFT =
      """
      SELECT (SELECT count(*) FROM pg_trigger t WHERE t.tgfoid = to_regprocedure(?))
           + (SELECT count(*) FROM pg_proc p WHERE p.oid = to_regprocedure(?))
           + (SELECT count(*) FROM pg_class c
               WHERE ? AND c.oid IN (to_regclass(?), to_regclass(?)))
      """;

  private final Database database;
  private final Guard guard;
  private final Runnable keepAlive;

  /**
   * @param keepAlive called between tables
   */
  GuardRemover(Database database, Guard guard, Runnable keepAlive) {
    this.database = database;
    this.guard = guard;
    this.keepAlive = keepAlive;
  }

  private record Found(QualifiedName table, String trigger) {}

  /**
   * @return how many objects are left
   */
  int remove() {
    var backOff = new BackOff(LIMIT);
    while (true) {
      boolean blocked = false;
      for (Found found : ownedTriggers()) {
        keepAlive.run();
        blocked |= !tried("removal of the guard from " + found.table(), c -> drop(c, found));
      }
      if (!blocked && tried("removal of the guard's objects", this::dropRest)) {
        return left();
      }
      if (backOff.isOver()) {
        return left();
      }
      backOff.pause();
    }
  }

  private List<Found> ownedTriggers() {
    return GuardTransaction.run(
        database,
        "search for the guard's triggers",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(TRIGGERS)) {
            statement.setString(1, guard.function());
            List<Found> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                found.add(
                    new Found(
                        new QualifiedName(row.getString(1), row.getString(2)), row.getString(3)));
              }
            }
            return found;
          }
        });
  }

  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  /** Whether it was done, or need not be because a guard stands again. */
  private boolean tried(String what, Work work) {
    try {
      GuardTransaction.run(
          database,
          what,
          WAIT,
          connection -> {
            GuardTransaction.execute(connection, guard.triggerLock());
            GuardTransaction.execute(connection, guard.gateLock());
            if (!OwnTables.stands(connection, guard)) {
              work.on(connection);
            }
            return null;
          });
      return true;
    } catch (StepException e) {
      if (GuardTransaction.isBusy(e)) {
        return false;
      }
      throw e;
    }
  }

  private static void drop(Connection connection, Found found) throws SQLException {
    GuardTransaction.execute(
        connection,
        "DROP TRIGGER IF EXISTS %s ON %s"
            .formatted(QualifiedName.quote(found.trigger()), found.table().sql()));
  }

  /** CASCADE takes the triggers on tables of others, which only their owner could drop singly. */
  private void dropRest(Connection connection) throws SQLException {
    if (OwnTables.exists(connection, "to_regprocedure", guard.function())) {
      GuardTransaction.execute(connection, "DROP FUNCTION " + guard.function() + " CASCADE");
    }
    if (guard == Guard.TARGET) {
      return;
    }
    GuardTransaction.execute(
        connection, "DROP TABLE IF EXISTS %s, %s".formatted(guard.table(), guard.tables()));
    if (SourceGuard.madeSchema(connection)) {
      dropSchemaIfEmpty(connection);
    }
  }

  private static void dropSchemaIfEmpty(Connection connection) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      GuardTransaction.execute(connection, "DROP SCHEMA " + Guard.SCHEMA);
    } catch (SQLException e) {
      if (!"2BP01".equals(e.getSQLState())) {
        throw e;
      }
      // Somebody put something of their own into it.
      connection.rollback(before);
    }
  }

  private int left() {
    return GuardTransaction.run(
        database,
        "count of what is left of the guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          if (OwnTables.stands(connection, guard)) {
            return 0;
          }
          try (PreparedStatement statement = connection.prepareStatement(LEFT)) {
            statement.setString(1, guard.function());
            statement.setString(2, guard.function());
            statement.setBoolean(3, guard == Guard.SOURCE);
            statement.setString(4, guard.table());
            statement.setString(5, guard.tables());
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getInt(1);
            }
          }
        });
  }
}
