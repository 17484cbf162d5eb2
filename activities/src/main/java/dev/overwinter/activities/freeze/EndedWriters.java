package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Ends sessions on the source that the request does not wait for any longer, and counts them. */
final class EndedWriters {
  /** A process id alone may be another session's by now; none of our own sessions is hit. */
  private static final String END =
      """
      SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
       WHERE a.pid = ? AND a.backend_start = ?::timestamptz AND a.datname = current_database()
         AND a.backend_type = 'client backend' AND a.application_name <> 'overwinter'
         AND EXISTS (SELECT FROM pg_locks l
                      WHERE l.pid = a.pid AND l.virtualtransaction = ?)
      """;

  private static final String COUNT =
      "UPDATE overwinter.guard SET ended_writers = ended_writers + 1 WHERE run_id = ?";

  private EndedWriters() {}

  /**
   * Ends a transaction's session, unless it has gone on meanwhile.
   *
   * @return whether it was told to end
   * @throws StepException PRIVILEGE_MISSING when our role may not
   */
  static boolean end(Database source, RunKey run, Blocker blocker) {
    return GuardTransaction.run(
        source,
        "ending of pid %d".formatted(blocker.pid()),
        GuardTransaction.OWN_LOCKS,
        connection -> {
          boolean ended = terminate(connection, blocker);
          if (ended) {
            try (PreparedStatement count = connection.prepareStatement(COUNT)) {
              count.setString(1, run.runId());
              count.executeUpdate();
            }
          }
          return ended;
        });
  }

  private static boolean terminate(Connection connection, Blocker blocker) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(END)) {
      statement.setInt(1, blocker.pid());
      statement.setString(2, blocker.sessionBegun());
      statement.setString(3, blocker.transaction());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
