package dev.overwinter.activities.progress;

import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.status.TableProgress;
import dev.overwinter.workflows.steps.ProgressActivities;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How far tables are exported or imported. Work is told in bytes of tables; to handle a row costs
 * as much as so many bytes more, whatever is in it. What it costs was measured, see docs/web-ui.md.
 */
final class CopyPicture {
  private static final long EXPORT_OF_A_ROW = 90;
  private static final long IMPORT_OF_A_ROW = 30;

  private static final String BYTES =
      """
      SELECT COALESCE(sum(bytes), 0)::bigint,
             COALESCE(sum(bytes) FILTER (WHERE %s IS NOT NULL), 0)::bigint
        FROM overwinter.chunk WHERE run_id = ?
      """;

  /** Those begun first, then those to come in the order in which they are taken, then the rest. */
  private static final String TABLES =
      """
      SELECT t.source_schema, t.source_name, count(c.%1$s), count(*),
             COALESCE(sum(c.%2$s), 0)::bigint, count(*) OVER ()
        FROM overwinter.copied_table t
        JOIN overwinter.chunk c USING (run_id, table_no)
       WHERE t.run_id = ?
       GROUP BY t.run_id, t.table_no
       ORDER BY CASE count(c.%1$s) WHEN count(*) THEN 2 WHEN 0 THEN 1 ELSE 0 END,
                sum(c.bytes) DESC, t.table_no
       LIMIT ?
      """;

  private final Connection target;
  private final RunKey run;
  private final Step step;
  private final String asOf;

  private CopyPicture(Connection target, RunKey run, Step step, String asOf) {
    this.target = target;
    this.run = run;
    this.step = step;
    this.asOf = asOf;
  }

  /**
   * @param inFlight what is being read from the source
   */
  static StepProgress ofExport(
      Connection target, RunKey run, CopyInFlight.Rows inFlight, String asOf) throws SQLException {
    return new CopyPicture(target, run, Step.EXPORT, asOf).export(inFlight);
  }

  /**
   * @param indexWork what it costs to build the indexes, in bytes of tables
   */
  static StepProgress ofImport(Connection target, RunKey run, long indexWork, String asOf)
      throws SQLException {
    return new CopyPicture(target, run, Step.IMPORT, asOf).load(indexWork);
  }

  private record Work(long total, long done) {
    /** Never more than there is: what is in flight is an estimate. */
    Work and(long more) {
      return new Work(total, Math.min(total, done + more));
    }

    Work withRows(long costOfOne, long rowsDone, long rows) {
      return new Work(total + costOfOne * rows, done + costOfOne * rowsDone);
    }
  }

  private StepProgress export(CopyInFlight.Rows inFlight) throws SQLException {
    ChunkLedger.Totals totals = ChunkLedger.totals(target, run);
    Work work = work("exported_at");
    long rows = totals.rowsExported();
    if (totals.exported() == totals.chunks()) {
      // The statistics are a guess; now the guess is over.
      return picture(rows, rows, work, "exported_at", "rows");
    }
    long seen = rows + inFlight.rows();
    long expected = Math.max(totals.rowsEstimated(), seen);
    Work all = work.and(inFlight.bytes()).withRows(EXPORT_OF_A_ROW, seen, expected);
    return picture(seen, expected, all, "exported_at", "rows");
  }

  private StepProgress load(long indexWork) throws SQLException {
    ChunkLedger.Totals totals = ChunkLedger.totals(target, run);
    CopyInFlight.Rows written = CopyInFlight.written(target, run);
    long loaded = totals.rowsLoaded() + written.rows();
    boolean countedAll = totals.exported() == totals.chunks();
    long expected = countedAll ? totals.rowsExported() : Math.max(totals.rowsEstimated(), loaded);
    Work rows = work("loaded_at").and(written.bytes()).withRows(IMPORT_OF_A_ROW, loaded, expected);
    long built = Math.round(indexWork * IndexWork.shareBuilt(target, run));
    return picture(
        loaded,
        expected,
        new Work(rows.total() + indexWork, rows.done() + built),
        "loaded_at",
        "loaded_rows");
  }

  private Work work(String finishedAt) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(BYTES.formatted(finishedAt))) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Work(row.getLong(1), row.getLong(2));
      }
    }
  }

  private StepProgress picture(long done, long total, Work work, String finishedAt, String rows)
      throws SQLException {
    List<TableProgress> tables = new ArrayList<>();
    int inAll = 0;
    try (PreparedStatement statement =
        target.prepareStatement(TABLES.formatted(finishedAt, rows))) {
      statement.setString(1, run.runId());
      statement.setInt(2, ProgressActivities.MOST_TABLES);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String name = new QualifiedName(row.getString(1), row.getString(2)).toString();
          tables.add(new TableProgress(name, row.getInt(3), row.getInt(4), row.getLong(5)));
          inAll = row.getInt(6);
        }
      }
    }
    return new StepProgress(
        step,
        asOf,
        done,
        total,
        "rows",
        work.done(),
        work.total(),
        null,
        tables,
        inAll - tables.size());
  }

  /** The source's relations that are copied. */
  record Leaves(String[] schemas, String[] names) {}

  static Leaves leaves(Connection target, RunKey run) throws SQLException {
    String sql = "SELECT DISTINCT leaf_schema, leaf_name FROM overwinter.chunk WHERE run_id = ?";
    List<String> schemas = new ArrayList<>();
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          schemas.add(row.getString(1));
          names.add(row.getString(2));
        }
      }
    }
    return new Leaves(schemas.toArray(String[]::new), names.toArray(String[]::new));
  }
}
