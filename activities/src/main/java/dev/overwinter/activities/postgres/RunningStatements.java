package dev.overwinter.activities.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Statements under way, so that a cancelled step need not wait for them. Thread-safe. */
public final class RunningStatements {
  private final Set<Statement> running = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** Runs one statement without looking at what it returns. */
  public void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      call(statement, () -> statement.execute(sql));
    }
  }

  /**
   * Runs a statement of the caller's.
   *
   * @param work executes it
   */
  public <T> T call(Statement statement, SqlCall<T> work) throws SQLException {
    running.add(statement);
    try {
      if (cancelled) {
        throw new SQLException("the step was cancelled", "57014");
      }
      return work.call();
    } finally {
      running.remove(statement);
    }
  }

  /** Executes a statement. */
  @FunctionalInterface
  public interface SqlCall<T> {
    /** Executes it and returns what it returned. */
    T call() throws SQLException;
  }

  /** Ends what is running and refuses what comes after. */
  void cancelAll() {
    cancelled = true;
    for (Statement statement : running) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // It ended by itself or its connection is broken; either way it runs no longer for us.
        continue;
      }
    }
  }
}
