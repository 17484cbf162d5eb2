package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * Whose guard stands on the source, by the source's own clock.
 *
 * @param runId the run
 * @param workflowId what people call it
 * @param raisedAt when it was raised, ISO 8601 in UTC
 * @param leaseUntil when its lease ends or ended, ISO 8601 in UTC
 * @param permanent whether it stands without a lease
 * @param lapsed whether the lease has run out, so that writes are let through
 * @param closed whether the function refuses writes; until then the guard is only being prepared
 * @param frozenSince when the fence was recorded, ISO 8601 in UTC, or null while it is being raised
 * @param waitedMillis from raising to the fence, or 0
 * @param refusedMillis from the first refusal to the fence, or 0
 * @param endedWriters how many sessions were ended because they were in the way
 */
record GuardRow(
    String runId,
    String workflowId,
    String raisedAt,
    String leaseUntil,
    boolean permanent,
    boolean lapsed,
    boolean closed,
    String frozenSince,
    long waitedMillis,
    long refusedMillis,
    int endedWriters) {
  /**
   * What older versions did not have is read through JSON: any guard can be looked at and lifted.
   */
  private static final String SELECT =
      """
      SELECT run_id, workflow_id, permanent,
             NOT permanent AND (lapsed_at IS NOT NULL OR clock_timestamp() >= lease_until) AS lapsed,
             to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS raised_at,
             to_char(lease_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS lease_until,
             to_char(frozen_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS frozen_since,
             coalesce(extract(epoch FROM frozen_since - raised_at) * 1000, 0)::bigint AS waited,
             newer.closed_at IS NOT NULL AS closed,
             coalesce(extract(epoch FROM frozen_since - newer.closed_at) * 1000, 0)::bigint
               AS refused,
             coalesce(newer.ended_writers, 0) AS ended
        FROM overwinter.guard g
       CROSS JOIN LATERAL jsonb_to_record(to_jsonb(g))
             AS newer(closed_at timestamptz, ended_writers int)
      """;

  /** Empty when no guard stands. */
  static Optional<GuardRow> read(Connection connection) throws SQLException {
    if (!OwnTables.hasTable(connection, Guard.SOURCE)) {
      return Optional.empty();
    }
    try (PreparedStatement statement = connection.prepareStatement(SELECT);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      return Optional.of(
          new GuardRow(
              row.getString("run_id"),
              row.getString("workflow_id"),
              row.getString("raised_at"),
              row.getString("lease_until"),
              row.getBoolean("permanent"),
              row.getBoolean("lapsed"),
              row.getBoolean("closed"),
              row.getString("frozen_since"),
              row.getLong("waited"),
              row.getLong("refused"),
              row.getInt("ended")));
    }
  }

  /**
   * Like {@link #read}, and keeps everybody else from changing it, and writers from being let
   * through by a lapsed lease, until the transaction ends.
   */
  static Optional<GuardRow> lock(Connection connection) throws SQLException {
    if (!OwnTables.hasTable(connection, Guard.SOURCE)) {
      return Optional.empty();
    }
    // A statement of its own: what follows must see the row and the clock after the wait.
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT 1 FROM overwinter.guard FOR UPDATE");
    }
    return read(connection);
  }

  /** Whose it is, since when and how long it holds, for messages. */
  String describe() {
    String until =
        permanent
            ? "it is permanent"
            : lapsed ? "its lease ran out at " + leaseUntil : "its lease runs until " + leaseUntil;
    return "raised by workflow %s (run %s) at %s; %s".formatted(workflowId, runId, raisedAt, until);
  }
}
