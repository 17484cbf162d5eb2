package dev.overwinter.activities.load;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Statements under way, so that a cancelled step need not wait for them. Thread-safe. */
final class RunningStatements {
  private final Set<Statement> running = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      running.add(statement);
      try {
        if (cancelled) {
          throw new SQLException("the step was cancelled", "57014");
        }
        statement.execute(sql);
      } finally {
        running.remove(statement);
      }
    }
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
