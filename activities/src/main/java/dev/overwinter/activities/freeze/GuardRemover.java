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
 * Removes what a released guard left: paused jobs, triggers, function, tables, schema. Each trigger
 * needs its table for itself for a moment, so readers can be in the way; tries for a while and
 * counts what is left. Stops when a guard stands again.
 */
final class GuardRemover {
  /** How long tables in use are waited for in all; what is left guards nothing. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * How long one try may make a table's users queue. Shorter than the usual deadlock_timeout, so
   * that it is never an application's transaction that is ended as a deadlock's victim.
   */
  private static final Duration WAIT = Duration.ofMillis(500);

  private static final String TRIGGERS =
      """
      SELECT n.nspname, c.relname, t.tgname, c.oid
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE t.tgfoid = to_regprocedure(?) AND NOT t.tgisinternal
         AND pg_has_role(c.relowner, 'USAGE')
       ORDER BY n.nspname, c.relname
      """;

  /**
   * Whether somebody is in the way for long: trying would make the table's users queue for nothing.
   */
  private static final String IN_USE =
      """
      SELECT EXISTS (
        SELECT FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'relation' AND l.relation = ?::oid AND l.granted
           AND l.mode <> 'SIReadLock'
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
           AND l.pid IS DISTINCT FROM pg_backend_pid()
           AND (l.pid IS NULL OR a.xact_start < clock_timestamp() - make_interval(secs => ?)))
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

  private record Found(QualifiedName table, String trigger, long oid) {}

  /**
   * @return how many objects are left
   */
  int remove() {
    var backOff = new BackOff(LIMIT);
    while (true) {
      if (guard == Guard.SOURCE) {
        // First, so that no job waits for a table that is in use.
        tried("resumption of scheduled jobs", CronJobs::resume);
      }
      boolean blocked = false;
      for (Found found : ownedTriggers()) {
        keepAlive.run();
        blocked |= !tried("removal of the guard from " + found.table(), c -> drop(c, found));
        if (blocked && backOff.isOver()) {
          return left();
        }
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
                        new QualifiedName(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getLong(4)));
              }
            }
            return found;
          }
        });
  }

  private interface Work {
    /** Whether nothing is left to do. */
    boolean on(Connection connection) throws SQLException;
  }

  /** Whether it was done, or need not be because a guard stands again. */
  private boolean tried(String what, Work work) {
    try {
      return GuardTransaction.run(
          database,
          what,
          WAIT,
          connection -> {
            GuardTransaction.execute(connection, guard.triggerLock());
            GuardTransaction.execute(connection, guard.gateLock());
            return OwnTables.stands(connection, guard) || work.on(connection);
          });
    } catch (StepException e) {
      if (GuardTransaction.isBusy(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean drop(Connection connection, Found found) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IN_USE)) {
      statement.setLong(1, found.oid());
      statement.setDouble(2, WAIT.toMillis() / 1_000.0);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          return false;
        }
      }
    }
    GuardTransaction.execute(
        connection,
        "DROP TRIGGER IF EXISTS %s ON %s"
            .formatted(QualifiedName.quote(found.trigger()), found.table().sql()));
    return true;
  }

  /** CASCADE takes the triggers on tables of others, which only their owner could drop singly. */
  private boolean dropRest(Connection connection) throws SQLException {
    if (OwnTables.hasFunction(connection, guard)) {
      GuardTransaction.execute(connection, "DROP FUNCTION " + guard.function() + " CASCADE");
    }
    if (guard == Guard.TARGET) {
      return true;
    }
    if (!CronJobs.resume(connection)) {
      return false;
    }
    if (!CronJobs.paused(connection).isEmpty()) {
      // Somebody has to resume them; only then nothing is needed any more.
      return true;
    }
    CronJobs.forget(connection);
    GuardTransaction.execute(
        connection, "DROP TABLE IF EXISTS %s, %s".formatted(guard.table(), SourceFence.TABLE));
    if (SourceGuard.madeSchema(connection)) {
      dropSchemaIfEmpty(connection);
    }
    return true;
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
            // The guard's own tables stay on purpose for as long as a job is to be resumed.
            statement.setBoolean(3, guard == Guard.SOURCE && CronJobs.paused(connection).isEmpty());
            statement.setString(4, guard.table());
            statement.setString(5, SourceFence.TABLE);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getInt(1);
            }
          }
        });
  }
}
