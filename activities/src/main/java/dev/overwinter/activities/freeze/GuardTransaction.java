package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;

/** A short transaction on a guard, with a bound on how long it may wait for any lock. */
final class GuardTransaction {
  /** For locks on the guard's own objects, which are held for moments only. */
  static final Duration OWN_LOCKS = Duration.ofSeconds(5);

  /**
   * Undefined table or schema, duplicate or concurrently changed catalog rows: another attempt
   * raises or removes the same objects at the same time.
   */
  private static final Set<String> CONCURRENT_CHANGE = Set.of("42P01", "3F000", "42P06", "XX000");

  private GuardTransaction() {}

  /**
   * Runs in READ COMMITTED, whatever the database's default is: the guard's protocol relies on
   * seeing the row as it is after a lock was awaited.
   *
   * @throws StepException DATABASE_BUSY when a lock was not had in time, STEP_BUSY when another
   *     attempt is changing the same objects
   */
  static <T> T run(Database database, String what, Duration wait, Database.SqlFunction<T> work) {
    return database.inTransaction(
        what,
        connection -> {
          try {
            execute(connection, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE");
            execute(connection, "SET LOCAL lock_timeout = '%dms'".formatted(wait.toMillis()));
            return work.apply(connection);
          } catch (SQLException e) {
            if (e.getSQLState() != null && CONCURRENT_CHANGE.contains(e.getSQLState())) {
              throw new StepException(
                  FailureType.STEP_BUSY,
                  "%s: the %s's guard is being changed at the same time. It will be tried again."
                      .formatted(what, database.side()));
            }
            throw e;
          }
        });
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Whether a failure is over when tried again a moment later. */
  static boolean isBusy(StepException failure) {
    return failure.type() == FailureType.DATABASE_BUSY || failure.type() == FailureType.STEP_BUSY;
  }
}
