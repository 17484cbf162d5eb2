package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;

/** A short transaction on a guard, with a bound on how long it may wait for any lock. */
final class GuardTransaction {
  /** What the guard answers to a write. */
  static final String REFUSED = "PT503";

  /** For locks on the guard's own objects, which are held for moments only. */
  static final Duration OWN_LOCKS = Duration.ofSeconds(5);

  /** Raised by a batch that finds the run's guard gone. */
  static final String LIFTED = "OW001";

  /**
   * Undefined or duplicate table, schema or trigger, concurrently changed catalog rows: another
   * attempt raises or removes the same objects at the same time.
   */
  private static final Set<String> CONCURRENT_CHANGE =
      Set.of("42P01", "3F000", "42P06", "42P07", "42710", "23505", "XX000");

  private GuardTransaction() {}

  /**
   * Runs in READ COMMITTED, whatever the database's default is: the guard's protocol relies on
   * seeing the row as it is after a lock was awaited.
   *
   * @throws StepException DATABASE_BUSY when a lock was not had in time, STEP_BUSY when another
   *     attempt is changing the same objects
   */
  static <T> T run(Database database, String what, Duration wait, Database.SqlFunction<T> work) {
    return explained(
        database,
        what,
        connection -> {
          execute(connection, settings(wait));
          return work.apply(connection);
        });
  }

  /**
   * Like {@link #run} for statements that are known beforehand: they go out together with their
   * COMMIT, so that what they lock is not held while anything travels.
   *
   * @throws StepException also SOURCE_NOT_FROZEN when a statement raised {@link #LIFTED}
   */
  static void runAtOnce(
      Database database, String what, Duration wait, String statements, String... parameters) {
    explained(
        database,
        what,
        connection -> {
          String all = settings(wait) + ";" + statements + ";COMMIT";
          try (PreparedStatement batch = connection.prepareStatement(all)) {
            for (int i = 0; i < parameters.length; i++) {
              batch.setString(i + 1, parameters[i]);
            }
            batch.execute();
          }
          return null;
        });
  }

  private static String settings(Duration wait) {
    return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL lock_timeout = '%dms'"
        .formatted(wait.toMillis());
  }

  private static <T> T explained(Database database, String what, Database.SqlFunction<T> work) {
    return database.inTransaction(
        what,
        connection -> {
          try {
            return work.apply(connection);
          } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            if (CONCURRENT_CHANGE.contains(state)) {
              throw new StepException(
                  FailureType.STEP_BUSY,
                  "%s: the %s's guard is being changed at the same time. It will be tried again."
                      .formatted(what, database.side()));
            }
            if (state.equals(LIFTED)) {
              throw new StepException(
                  FailureType.SOURCE_NOT_FROZEN,
                  "The %s's guard was lifted while it was being raised. Find out by whom, then retry the step or roll back."
                      .formatted(database.side()));
            }
            if (state.equals(REFUSED)) {
              throw new StepException(
                  FailureType.DATABASE_REFUSED,
                  "%s: the guard itself refused a write that this brought about, probably by an event trigger of the %s. Disable it (ALTER EVENT TRIGGER ... DISABLE), then retry the step."
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
