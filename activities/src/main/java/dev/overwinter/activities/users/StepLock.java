package dev.overwinter.activities.users;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.Database.SqlFunction;
import dev.overwinter.activities.postgres.SqlFailures;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Keeps a second attempt out while this one works: an advisory lock on the target that ends with
 * the session. Everything that the attempt writes goes through that same session, so an attempt
 * that lost the lock can write nothing more; and it may send requests only while the lock was seen
 * to hold a moment ago. Used by one thread, except where noted.
 */
final class StepLock implements AutoCloseable {
  /** How long after the lock was last seen to hold a request may still be sent. */
  static final Duration TRUSTED_FOR = Duration.ofSeconds(10);

  private final Database target;
  private final Connection connection;
  private final String name;
  private final long acquiredAt = System.nanoTime();
  private volatile long confirmedAt = acquiredAt;

  private StepLock(Database target, Connection connection, String name) {
    this.target = target;
    this.connection = connection;
    this.name = name;
  }

  /**
   * @param name what is locked, such as {@code "users <run id>"}
   * @throws StepException of type STEP_BUSY when another attempt holds it
   */
  static StepLock acquire(Database target, String name) {
    try {
      Connection connection = target.connect();
      boolean locked = false;
      try {
        locked = lock(connection, "pg_try_advisory_lock", name);
      } finally {
        if (!locked) {
          connection.close();
        }
      }
      if (locked) {
        return new StepLock(target, connection, name);
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(e, target.side(), "lock of the step");
    }
    throw new StepException(
        FailureType.STEP_BUSY,
        "Another attempt of this step is still at work on the target. It will be tried again.");
  }

  /** Runs something in one transaction of the session that holds the lock. */
  <T> T inTransaction(String what, SqlFunction<T> work) {
    try {
      connection.setAutoCommit(false);
      try {
        T result = work.apply(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(e, target.side(), what);
    }
  }

  /**
   * Makes sure that the lock still holds; cheap when that was done within the last second.
   *
   * @throws StepException when the session is gone
   */
  void confirm() {
    long now = System.nanoTime();
    if (now - confirmedAt < Duration.ofSeconds(1).toNanos()) {
      return;
    }
    inTransaction(
        "lock of the step",
        session -> {
          try (PreparedStatement statement = session.prepareStatement("SELECT 1")) {
            return statement.execute();
          }
        });
    confirmedAt = now;
  }

  /**
   * May be called by any thread, right before a request that no other attempt may send.
   *
   * @throws StepException when the lock may have been lost
   */
  void requireHeld() {
    if (System.nanoTime() - confirmedAt > TRUSTED_FOR.toNanos()) {
      throw new StepException(
          FailureType.DATABASE_UNAVAILABLE,
          "The target did not confirm the step's lock for %s. It will be tried again."
              .formatted(TRUSTED_FOR));
    }
  }

  /** How long ago the lock was acquired. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - acquiredAt);
  }

  @Override
  public void close() {
    try (connection) {
      lock(connection, "pg_advisory_unlock", name);
    } catch (SQLException lost) {
      // The session is gone, and the lock with it.
    }
  }

  private static boolean lock(Connection connection, String function, String name)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT " + function + "(hashtextextended(?, 0))")) {
      statement.setString(1, "overwinter " + name);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }
}
