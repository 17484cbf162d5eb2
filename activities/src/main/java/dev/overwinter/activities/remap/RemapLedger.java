package dev.overwinter.activities.remap;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.ReferenceTreatment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The plan of remapping in the ledger. Works in the caller's transaction; stateless. */
public final class RemapLedger {
  private static final String REPLACE_PLAN =
      """
      INSERT INTO overwinter.remap_plan (run_id, users, mapping_digest) VALUES (?, ?, ?)
      ON CONFLICT (run_id) DO UPDATE
         SET users = EXCLUDED.users, mapping_digest = EXCLUDED.mapping_digest,
             planned_at = pg_catalog.clock_timestamp()
      """;

  private static final String INSERT_COLUMN =
      """
      INSERT INTO overwinter.remap_column
        (run_id, schema_name, table_name, column_name, kind, evidence, treatment, known, unknown)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String MAPPED_COLUMNS =
      """
      SELECT schema_name, table_name, column_name, kind
        FROM overwinter.remap_column
       WHERE run_id = ? AND treatment = 'MAP'
       ORDER BY schema_name, table_name, column_name
      """;

  private static final String ROWS_IMPORTED =
      """
      SELECT EXISTS (SELECT 1 FROM overwinter.chunk c
                      WHERE c.run_id = r.run_id AND c.loaded_at IS NOT NULL)
        FROM overwinter.run r
       WHERE r.run_id = ?
         FOR UPDATE
      """;

  private RemapLedger() {}

  /**
   * Replaces the run's plan, unless it is the same. Two attempts take turns.
   *
   * @throws StepException when rows were imported by a plan that differs
   */
  static void replace(
      Connection target, RunKey run, MappingCheck mapping, List<ReferenceColumn> columns)
      throws SQLException {
    if (rowsWereImported(target, run)) {
      if (!isSame(target, run, mapping, columns)) {
        throw new StepException(
            FailureType.TARGET_CHANGED,
            "Remap plan: rows were imported already by a plan that differs. Roll back.");
      }
      return;
    }
    try (PreparedStatement plan = target.prepareStatement(REPLACE_PLAN)) {
      plan.setString(1, run.runId());
      plan.setLong(2, mapping.users());
      plan.setString(3, mapping.digest());
      plan.executeUpdate();
    }
    try (PreparedStatement delete =
        target.prepareStatement("DELETE FROM overwinter.remap_column WHERE run_id = ?")) {
      delete.setString(1, run.runId());
      delete.executeUpdate();
    }
    try (PreparedStatement insert = target.prepareStatement(INSERT_COLUMN)) {
      for (ReferenceColumn column : columns) {
        insert.setString(1, run.runId());
        insert.setString(2, column.table().schema());
        insert.setString(3, column.table().name());
        insert.setString(4, column.targetColumn());
        insert.setString(5, column.kind().name());
        insert.setString(6, column.evidence().name());
        insert.setString(7, column.treatment().name());
        insert.setLong(8, column.known());
        insert.setLong(9, column.unknown());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Locks the run, too, so that nobody else replaces its plan meanwhile. */
  private static boolean rowsWereImported(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(ROWS_IMPORTED)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static boolean isSame(
      Connection target, RunKey run, MappingCheck mapping, List<ReferenceColumn> columns)
      throws SQLException {
    Set<MappedColumn> planned =
        columns.stream()
            .filter(column -> column.treatment() == ReferenceTreatment.MAP)
            .map(column -> new MappedColumn(column.table(), column.targetColumn(), column.kind()))
            .collect(Collectors.toSet());
    return plan(target, run).equals(Optional.of(new Plan(mapping.users(), mapping.digest())))
        && planned.equals(Set.copyOf(mappedColumns(target, run)));
  }

  /** The mapping that was planned with, or empty before there is a plan. */
  static Optional<Plan> plan(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT users, mapping_digest FROM overwinter.remap_plan WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Plan(row.getLong(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }

  /** The columns whose user ids are replaced. */
  public static List<MappedColumn> mappedColumns(Connection target, RunKey run)
      throws SQLException {
    List<MappedColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(MAPPED_COLUMNS)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(
              new MappedColumn(
                  new QualifiedName(row.getString(1), row.getString(2)),
                  row.getString(3),
                  IdKind.valueOf(row.getString(4))));
        }
      }
    }
    return columns;
  }

  /**
   * A column whose user ids are replaced.
   *
   * @param table the table's name in the source
   * @param column the column's name in the target
   * @param kind how it holds them
   */
  public record MappedColumn(QualifiedName table, String column, IdKind kind) {}

  /** Which mapping was planned with: how many people, and its digest. */
  record Plan(long users, String mappingDigest) {}
}
