package dev.overwinter.activities.progress;

import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What our own COPYs are in the middle of, as the servers' {@code pg_stat_progress_copy} tells. It
 * shows commands of the same role, which is all that is asked for.
 */
final class CopyInFlight {
  private static final String OURS =
      """
      FROM pg_catalog.pg_stat_progress_copy p
      JOIN pg_catalog.pg_stat_activity a USING (pid)
      WHERE p.datname = pg_catalog.current_database() AND a.application_name = 'overwinter'
      """;

  /** Which table a query reads, the view does not say. */
  private static final String READ =
      """
      SELECT COALESCE(sum(p.tuples_processed), 0)::bigint,
             COALESCE(sum(p.bytes_processed), 0)::bigint
      """
          + OURS
          + " AND p.command = 'COPY TO'";

  private static final String WRITTEN =
      """
      WITH written AS (
        SELECT p.relid, sum(p.tuples_processed)::bigint AS rows %s AND p.command = 'COPY FROM'
         GROUP BY p.relid),
      loading AS (
        SELECT to_regclass(format('%%I.%%I', t.target_schema, t.target_name)) AS relid,
               sum(COALESCE(c.rows, t.estimated_rows * c.bytes / nullif(t.bytes, 0), 0)) AS rows,
               sum(c.bytes) AS bytes
          FROM overwinter.copied_table t
          JOIN overwinter.chunk c USING (run_id, table_no)
         WHERE t.run_id = ? AND c.loaded_at IS NULL
         GROUP BY t.run_id, t.table_no)
      SELECT COALESCE(sum(least(w.rows, l.rows)), 0)::bigint,
             COALESCE(sum(least(w.rows, l.rows) * l.bytes / nullif(l.rows, 0)), 0)::bigint
        FROM written w JOIN loading l USING (relid)
      """
          .formatted(OURS);

  private CopyInFlight() {}

  /**
   * What is on its way.
   *
   * @param rows rows
   * @param bytes about how many bytes of the source's tables they are
   */
  record Rows(long rows, long bytes) {}

  /** What is being read from the source. */
  static Rows read(Connection source) throws SQLException {
    try (PreparedStatement statement = source.prepareStatement(READ);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Rows(row.getLong(1), row.getLong(2));
    }
  }

  /** What is written to the target but not committed. */
  static Rows written(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(WRITTEN)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Rows(row.getLong(1), row.getLong(2));
      }
    }
  }
}
