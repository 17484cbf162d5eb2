package dev.overwinter.activities.archive;

import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ledger's record of chunks. Everything happens in the transaction of the connection that is
 * passed in; a claim is a row lock and ends with it, however it ends. Stateless.
 */
public final class ChunkLedger {
  private static final String CHUNKS =
      """
      SELECT t.table_no, t.source_schema, t.source_name, t.target_schema, t.target_name,
             t.columns, t.column_types, t.value_forms,
             c.chunk_no, c.leaf_schema, c.leaf_name, c.leaf_file, c.first_page, c.end_page, c.bytes,
             c.part_file, c.raw_digest, c.part_bytes, c.part_sha256
        FROM overwinter.chunk c
        JOIN overwinter.copied_table t USING (run_id, table_no)
       WHERE c.run_id = ?
      """;

  private static final String CLAIM =
      """
       ORDER BY c.bytes DESC, c.table_no, c.chunk_no
       LIMIT 1
         FOR UPDATE OF c SKIP LOCKED
      """;

  private ChunkLedger() {}

  /** How far chunks are. */
  public record Totals(
      int chunks,
      int exported,
      int loaded,
      long rowsEstimated,
      long rowsExported,
      long rowsLoaded) {}

  /** Takes the largest chunk that is not exported and that nobody else has taken. */
  public static Optional<Chunk> claimToExport(Connection target, RunKey run) throws SQLException {
    return first(target, CHUNKS + " AND c.exported_at IS NULL " + CLAIM, run);
  }

  /** Takes the largest chunk that is exported, not loaded, and that nobody else has taken. */
  public static Optional<Chunk> claimToLoad(Connection target, RunKey run) throws SQLException {
    String open = " AND c.exported_at IS NOT NULL AND c.loaded_at IS NULL ";
    return first(target, CHUNKS + open + CLAIM, run);
  }

  /** Takes this chunk, waiting for whoever has taken it, and reads it anew. */
  static Chunk lock(Connection target, RunKey run, Chunk chunk) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            CHUNKS + " AND c.table_no = ? AND c.chunk_no = ? FOR UPDATE OF c")) {
      statement.setString(1, run.runId());
      statement.setInt(2, chunk.table().number());
      statement.setInt(3, chunk.number());
      return read(statement).get(0);
    }
  }

  /** All chunks of a table, in order. */
  static List<Chunk> ofTable(Connection target, RunKey run, int tableNumber) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(CHUNKS + " AND c.table_no = ? ORDER BY c.chunk_no")) {
      statement.setString(1, run.runId());
      statement.setInt(2, tableNumber);
      return read(statement);
    }
  }

  /** The numbers of the plan's tables, in order. */
  static List<Integer> tableNumbers(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT table_no FROM overwinter.copied_table WHERE run_id = ? ORDER BY table_no
            """)) {
      statement.setString(1, run.runId());
      List<Integer> numbers = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          numbers.add(rows.getInt(1));
        }
      }
      return numbers;
    }
  }

  /** How far the run's chunks are, as far as it is committed. */
  public static Totals totals(Connection target, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT count(*), count(exported_at), count(loaded_at),
                   (SELECT COALESCE(sum(estimated_rows), 0)::bigint
                      FROM overwinter.copied_table WHERE run_id = ?),
                   COALESCE(sum(rows), 0)::bigint, COALESCE(sum(loaded_rows), 0)::bigint
              FROM overwinter.chunk WHERE run_id = ?
            """)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Totals(
            row.getInt(1),
            row.getInt(2),
            row.getInt(3),
            row.getLong(4),
            row.getLong(5),
            row.getLong(6));
      }
    }
  }

  /** Writes down that a chunk is exported. */
  static void recordExported(Connection target, RunKey run, Chunk chunk, ExportedPart part)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            UPDATE overwinter.chunk
               SET exported_at = COALESCE(exported_at, clock_timestamp()), rows = ?,
                   part_bytes = ?, part_sha256 = ?, raw_digest = ?
             WHERE run_id = ? AND table_no = ? AND chunk_no = ?
            """)) {
      statement.setLong(1, part.digest().rows());
      statement.setLong(2, part.bytes());
      statement.setString(3, part.sha256());
      statement.setString(4, part.digest().toHex());
      statement.setString(5, run.runId());
      statement.setInt(6, chunk.table().number());
      statement.setInt(7, chunk.number());
      statement.executeUpdate();
    }
  }

  /** Writes down that a chunk is loaded. */
  public static void recordLoaded(Connection target, RunKey run, Chunk chunk, long rows)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            UPDATE overwinter.chunk SET loaded_at = clock_timestamp(), loaded_rows = ?
             WHERE run_id = ? AND table_no = ? AND chunk_no = ?
            """)) {
      statement.setLong(1, rows);
      statement.setString(2, run.runId());
      statement.setInt(3, chunk.table().number());
      statement.setInt(4, chunk.number());
      statement.executeUpdate();
    }
  }

  private static Optional<Chunk> first(Connection target, String sql, RunKey run)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, run.runId());
      return read(statement).stream().findFirst();
    }
  }

  private static List<Chunk> read(PreparedStatement statement) throws SQLException {
    List<Chunk> chunks = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      CopiedTable table = null;
      while (row.next()) {
        if (table == null || table.number() != row.getInt("table_no")) {
          table = toTable(row);
        }
        chunks.add(toChunk(row, table));
      }
    }
    return chunks;
  }

  private static CopiedTable toTable(ResultSet row) throws SQLException {
    return new CopiedTable(
        row.getInt("table_no"),
        new QualifiedName(row.getString("source_schema"), row.getString("source_name")),
        new QualifiedName(row.getString("target_schema"), row.getString("target_name")),
        toColumns(row));
  }

  private static Chunk toChunk(ResultSet row, CopiedTable table) throws SQLException {
    String digest = row.getString("raw_digest");
    ExportedPart part =
        digest == null
            ? null
            : new ExportedPart(
                TableDigest.fromHex(digest),
                row.getLong("part_bytes"),
                row.getString("part_sha256"));
    return new Chunk(
        table,
        row.getInt("chunk_no"),
        new QualifiedName(row.getString("leaf_schema"), row.getString("leaf_name")),
        row.getLong("leaf_file"),
        row.getLong("first_page"),
        (Long) row.getObject("end_page"),
        row.getLong("bytes"),
        row.getString("part_file"),
        part);
  }

  private static List<CopiedColumn> toColumns(ResultSet row) throws SQLException {
    String[] names = (String[]) row.getArray("columns").getArray();
    String[] types = (String[]) row.getArray("column_types").getArray();
    String[] forms = (String[]) row.getArray("value_forms").getArray();
    List<CopiedColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      columns.add(new CopiedColumn(names[i], types[i], ValueForm.valueOf(forms[i])));
    }
    return columns;
  }
}
