package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What verification reads from and writes to the ledger, in the caller's transaction. */
final class VerifyLedger {
  /** A table without rows of its own, such as one without partitions, has no chunk. */
  private static final String EXPORTED =
      """
      SELECT t.source_schema, t.source_name, c.chunk_no, c.raw_digest
        FROM overwinter.copied_table t
        LEFT JOIN overwinter.chunk c USING (run_id, table_no)
       WHERE t.run_id = ?
      """;

  private static final String WIRES =
      """
      SELECT source_schema, source_name, wire_types
        FROM overwinter.copied_table WHERE run_id = ? AND wire_types IS NOT NULL
      """;

  private static final String INSERT =
      """
      INSERT INTO overwinter.verified_table
        (run_id, schema_name, table_name, verdict, exported_digest, source_digest, target_digest)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """;

  private static final int ROWS_AT_A_TIME = 10_000;

  private VerifyLedger() {}

  /** The digests of exported tables; those with a chunk that was not exported are left out. */
  static Map<QualifiedName, TableDigest> exported(Connection target, RunKey run)
      throws SQLException {
    Map<QualifiedName, TableDigest> digests = new HashMap<>();
    Set<QualifiedName> incomplete = new HashSet<>();
    try (PreparedStatement statement = target.prepareStatement(EXPORTED)) {
      statement.setFetchSize(ROWS_AT_A_TIME);
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          QualifiedName table = new QualifiedName(row.getString(1), row.getString(2));
          boolean hasChunk = row.getObject(3) != null;
          String digest = row.getString(4);
          if (hasChunk && digest == null) {
            incomplete.add(table);
          }
          digests.merge(
              table,
              digest == null ? TableDigest.EMPTY : TableDigest.fromHex(digest),
              TableDigest::plus);
        }
      }
    }
    digests.keySet().removeAll(incomplete);
    return digests;
  }

  /**
   * How the columns of each table travel in binary; tables whose rows travel as text are left out.
   */
  static Map<QualifiedName, List<WireType>> wires(Connection target, RunKey run)
      throws SQLException {
    Map<QualifiedName, List<WireType>> wires = new HashMap<>();
    try (PreparedStatement statement = target.prepareStatement(WIRES)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          wires.put(
              new QualifiedName(row.getString(1), row.getString(2)),
              Stream.of((String[]) row.getArray(3).getArray()).map(WireType::valueOf).toList());
        }
      }
    }
    return wires;
  }

  /** Replaces what an earlier verification of the run found. */
  static void replace(Connection target, RunKey run, List<TableComparison.Result> results)
      throws SQLException {
    // Holds off another attempt of the same run until this one's rows are complete.
    try (PreparedStatement lock =
        target.prepareStatement("SELECT 1 FROM overwinter.run WHERE run_id = ? FOR UPDATE")) {
      lock.setString(1, run.runId());
      lock.execute();
    }
    try (PreparedStatement delete =
        target.prepareStatement("DELETE FROM overwinter.verified_table WHERE run_id = ?")) {
      delete.setString(1, run.runId());
      delete.executeUpdate();
    }
    try (PreparedStatement insert = target.prepareStatement(INSERT)) {
      for (TableComparison.Result result : results) {
        insert.setString(1, run.runId());
        insert.setString(2, result.table().schema());
        insert.setString(3, result.table().name());
        insert.setString(4, result.verdict().name());
        insert.setString(5, result.exportedDigest());
        insert.setString(6, result.sourceDigest());
        insert.setString(7, result.targetDigest());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
