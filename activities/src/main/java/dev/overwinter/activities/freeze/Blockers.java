package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Which sessions keep a table from being guarded. Never tells what they execute. */
final class Blockers {
  private static final String WRITERS =
      """
      SELECT l.pid, coalesce(a.state, 'state unknown') AS state,
             extract(epoch FROM clock_timestamp() - a.xact_start)::bigint AS seconds
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
       WHERE l.locktype = 'relation' AND l.relation = ? AND l.granted
         AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
         AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
         AND l.pid IS DISTINCT FROM pg_backend_pid()
       ORDER BY a.xact_start
       LIMIT 5
      """;

  private Blockers() {}

  /** Such as {@code pid 4711 (idle in transaction, 42 s)}; at most five. */
  static String describe(Connection connection, long table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(WRITERS)) {
      statement.setLong(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        List<String> writers = new ArrayList<>();
        while (rows.next()) {
          writers.add(describe(rows));
        }
        return writers.isEmpty() ? "a session that is gone by now" : String.join(", ", writers);
      }
    }
  }

  private static String describe(ResultSet row) throws SQLException {
    int pid = row.getInt("pid");
    if (row.wasNull()) {
      return "a prepared transaction (see pg_prepared_xacts)";
    }
    return "pid %d (%s, %d s)".formatted(pid, row.getString("state"), row.getLong("seconds"));
  }
}
