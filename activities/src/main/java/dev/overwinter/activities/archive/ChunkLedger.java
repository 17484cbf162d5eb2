package dev.overwinter.activities.archive;

import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.archive.Manifest.ArchivedPart;
import dev.overwinter.activities.archive.Manifest.ArchivedTable;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.workflows.RunKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The ledger's record of chunks. Everything happens in the transaction of the connection that is
 * passed in; a claim is a row lock and ends with it, however it ends. Stateless.
 */
public final class ChunkLedger {
  private static final String CHUNKS =
      """
      SELECT t.table_no, t.source_schema, t.source_name, t.target_schema, t.target_name,
             t.columns, t.column_types, t.value_forms, t.expressions, t.source_columns, t.row_filter,
             t.wire_types,
             c.chunk_no, c.leaf_schema, c.leaf_name, c.leaf_file, c.first_page, c.end_page, c.bytes,
             c.part_file, c.raw_digest, c.part_bytes, c.part_sha256, c.rows_bytes, c.rows_sha256
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

  /**
   * Takes the largest chunk that is not loaded, exported or not, and that nobody else has taken.
   */
  public static Optional<Chunk> claimToCarry(Connection target, RunKey run) throws SQLException {
    return first(target, CHUNKS + " AND c.loaded_at IS NULL " + CLAIM, run);
  }

  /**
   * Like {@link #claimToLoad(Connection, RunKey)}, of one table.
   *
   * @param straight whether rows come from the source, so that chunks need not be exported
   */
  public static Optional<Chunk> claimToLoad(
      Connection target, RunKey run, int tableNumber, boolean straight) throws SQLException {
    return first(target, CHUNKS + toLoadOf(tableNumber, straight) + CLAIM, run);
  }

  /**
   * Takes all chunks of a table that are not loaded, waiting for whoever has any.
   *
   * @param straight whether rows come from the source, so that chunks need not be exported
   */
  public static List<Chunk> claimAllToLoad(
      Connection target, RunKey run, int tableNumber, boolean straight) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            CHUNKS + toLoadOf(tableNumber, straight) + " ORDER BY c.chunk_no FOR UPDATE OF c")) {
      statement.setString(1, run.runId());
      return read(statement);
    }
  }

  private static String toLoadOf(int tableNumber, boolean straight) {
    return (straight ? "" : " AND c.exported_at IS NOT NULL")
        + " AND c.loaded_at IS NULL AND c.table_no = "
        + tableNumber;
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

  /**
   * Writes down that a chunk is loaded with rows that came straight from the source.
   *
   * @param digest of its rows in the source
   */
  public static void recordCarried(Connection target, RunKey run, Chunk chunk, TableDigest digest)
      throws SQLException {
    recordExported(target, run, chunk, ExportedPart.withoutFile(digest), null);
    recordLoaded(target, run, chunk, digest.rows());
  }

  /** Writes down that a chunk is exported. */
  static void recordExported(
      Connection target, RunKey run, Chunk chunk, ExportedPart part, BinaryRows rows)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            UPDATE overwinter.chunk
               SET exported_at = COALESCE(exported_at, clock_timestamp()), rows = ?,
                   part_bytes = ?, part_sha256 = ?, raw_digest = ?, rows_bytes = ?, rows_sha256 = ?
             WHERE run_id = ? AND table_no = ? AND chunk_no = ?
            """)) {
      statement.setLong(1, part.digest().rows());
      statement.setLong(2, part.bytes());
      statement.setString(3, part.sha256());
      statement.setString(4, part.digest().toHex());
      statement.setObject(5, rows == null ? null : rows.bytes(), Types.BIGINT);
      statement.setString(6, rows == null ? null : rows.sha256());
      statement.setString(7, run.runId());
      statement.setInt(8, chunk.table().number());
      statement.setInt(9, chunk.number());
      statement.executeUpdate();
    }
  }

  /** Writes a table of a finished archive and its parts down, as exported and not loaded. */
  public static void recordArchived(Connection target, RunKey run, ArchivedTable archived)
      throws SQLException {
    CopiedTable table = archived.table();
    long bytes = archived.parts().stream().mapToLong(it -> it.exported().bytes()).sum();
    long rows = archived.parts().stream().mapToLong(it -> it.exported().digest().rows()).sum();
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            INSERT INTO overwinter.copied_table (
              run_id, table_no, source_schema, source_name, target_schema, target_name, level,
              columns, column_types, value_forms, expressions, source_columns, estimated_rows, bytes)
            VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      statement.setString(1, run.runId());
      statement.setInt(2, table.number());
      statement.setString(3, table.source().schema());
      statement.setString(4, table.source().name());
      statement.setString(5, table.target().schema());
      statement.setString(6, table.target().name());
      statement.setArray(7, texts(target, table, CopiedColumn::name));
      statement.setArray(8, texts(target, table, CopiedColumn::type));
      statement.setArray(9, texts(target, table, it -> it.form().name()));
      statement.setArray(10, texts(target, table, CopiedColumn::expression));
      statement.setArray(11, texts(target, table, CopiedColumn::sourceColumn));
      statement.setLong(12, rows);
      statement.setLong(13, bytes);
      statement.executeUpdate();
    }
    recordParts(target, run, archived);
  }

  private static void recordParts(Connection target, RunKey run, ArchivedTable archived)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            INSERT INTO overwinter.chunk (
              run_id, table_no, chunk_no, leaf_schema, leaf_name, first_page, bytes, part_file,
              exported_at, rows, part_bytes, part_sha256, raw_digest)
            VALUES (?, ?, ?, ?, ?, 0, ?, ?, clock_timestamp(), ?, ?, ?, ?)
            """)) {
      for (int i = 0; i < archived.parts().size(); i++) {
        ArchivedPart part = archived.parts().get(i);
        statement.setString(1, run.runId());
        statement.setInt(2, archived.table().number());
        statement.setInt(3, i + 1);
        statement.setString(4, archived.table().target().schema());
        statement.setString(5, archived.table().target().name());
        statement.setLong(6, part.exported().bytes());
        statement.setString(7, part.file());
        statement.setLong(8, part.exported().digest().rows());
        statement.setLong(9, part.exported().bytes());
        statement.setString(10, part.exported().sha256());
        statement.setString(11, part.exported().digest().toHex());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static Array texts(
      Connection target, CopiedTable table, Function<CopiedColumn, String> toText)
      throws SQLException {
    return target.createArrayOf("text", table.columns().stream().map(toText).toArray());
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
        row.getString("row_filter"),
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
        part,
        toWireTypes(row),
        row.getString("rows_sha256") == null
            ? null
            : new BinaryRows(row.getLong("rows_bytes"), row.getString("rows_sha256")));
  }

  private static List<CopiedColumn> toColumns(ResultSet row) throws SQLException {
    String[] names = texts(row, "columns");
    String[] types = texts(row, "column_types");
    String[] forms = texts(row, "value_forms");
    String[] expressions = texts(row, "expressions");
    String[] sourceColumns = texts(row, "source_columns");
    List<CopiedColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      columns.add(
          new CopiedColumn(
              names[i], expressions[i], types[i], ValueForm.valueOf(forms[i]), sourceColumns[i]));
    }
    return columns;
  }

  private static List<WireType> toWireTypes(ResultSet row) throws SQLException {
    Array types = row.getArray("wire_types");
    return types == null
        ? null
        : Stream.of((String[]) types.getArray()).map(WireType::valueOf).toList();
  }

  private static String[] texts(ResultSet row, String column) throws SQLException {
    return (String[]) row.getArray(column).getArray();
  }
}
