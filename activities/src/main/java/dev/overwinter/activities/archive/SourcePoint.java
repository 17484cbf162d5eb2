package dev.overwinter.activities.archive;

import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Where the frozen source stood when the plan of the copy was made: what an archive holds.
 *
 * @param database the source's name
 * @param at by the source's clock, ISO 8601 in UTC
 * @param snapshot its {@code pg_current_snapshot}
 * @param lsn the position in its write-ahead log
 */
record SourcePoint(String database, String at, String snapshot, String lsn) {
  /** As it is now. */
  static SourcePoint read(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                SELECT current_database(),
                       to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                       pg_current_snapshot()::text,
                       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn() END::text
                """)) {
      row.next();
      return new SourcePoint(
          row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }
  }

  /** As the ledger has it; empty where an earlier version made the plan. */
  static Optional<SourcePoint> recorded(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT source_database, planned_at, source_snapshot, source_lsn
              FROM overwinter.copy_plan WHERE run_id = ?
            """)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new SourcePoint(
                    row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
            : Optional.empty();
      }
    }
  }

  /** Writes it into the ledger, in the transaction that writes the plan. */
  void record(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("INSERT INTO overwinter.copy_plan VALUES (?, ?, ?, ?, ?)")) {
      statement.setString(1, run.runId());
      statement.setString(2, database);
      statement.setString(3, at);
      statement.setString(4, snapshot);
      statement.setString(5, lsn);
      statement.executeUpdate();
    }
  }
}
