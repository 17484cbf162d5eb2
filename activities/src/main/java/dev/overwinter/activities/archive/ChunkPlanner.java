package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.ledger.RequestLedger;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Divides the frozen source's tables into chunks. The plan is made once and committed as a whole;
 * whoever asks later gets the same one. Thread-safe.
 */
public final class ChunkPlanner {
  private final Database source;
  private final Database target;

  /** The ledger in the target must have been created and the run written into it. */
  public ChunkPlanner(Database source, Database target) {
    this.source = source;
    this.target = target;
  }

  /** The file of a relation, its pages, and its bytes with TOAST. */
  private record Extent(long file, long pages, long bytes) {
    private static final Extent NONE = new Extent(0, 0, 0);
  }

  private record PageRange(
      QualifiedName leaf, long file, long firstPage, Long endPage, long bytes) {}

  /** What the source has to be copied. */
  private record Survey(
      List<Projection> tables, Map<QualifiedName, Extent> extents, SourcePoint point) {}

  /** Makes the plan, or finds the one that was made. */
  public ChunkPlanSummary plan(StepInput input, StepContext context) {
    return target.inTransaction(
        "plan of the copy",
        CancelGuard.guarding(context, connection -> plan(connection, input, context)));
  }

  private ChunkPlanSummary plan(Connection connection, StepInput input, StepContext context)
      throws SQLException {
    lock(connection, input.run());
    ChunkPlanSummary found = summary(connection, input.run());
    if (found.tables() > 0) {
      return found;
    }
    Survey survey = survey(input.request(), context);
    writeTables(connection, input.run(), survey.tables());
    new WirePlanner(source, context).plan(connection, input.run());
    writeChunks(connection, input, survey);
    survey.point().record(connection, input.run());
    RequestLedger.record(connection, input.run(), input.request());
    return summary(connection, input.run());
  }

  private static void lock(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended('overwinter chunk plan ' || ?, 0))")) {
      statement.setString(1, run.runId());
      statement.execute();
    }
  }

  private static ChunkPlanSummary summary(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT count(*), COALESCE(sum(t.bytes), 0)::bigint,
                   COALESCE(sum(t.estimated_rows), 0)::bigint,
                   (SELECT count(*) FROM overwinter.chunk c WHERE c.run_id = ?)
              FROM overwinter.copied_table t WHERE t.run_id = ?
            """)) {
      statement.setString(1, run.runId());
      statement.setString(2, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new ChunkPlanSummary(row.getInt(1), row.getInt(4), row.getLong(2), row.getLong(3));
      }
    }
  }

  private Survey survey(MigrationRequest request, StepContext context) {
    return source.inTransaction(
        "reading the catalog",
        CancelGuard.guarding(
            context,
            connection -> {
              List<Projection> tables = Projections.read(connection, request);
              return new Survey(tables, extents(connection, tables), SourcePoint.read(connection));
            }));
  }

  private static Map<QualifiedName, Extent> extents(Connection connection, List<Projection> tables)
      throws SQLException {
    List<QualifiedName> leaves =
        tables.stream().flatMap(it -> it.table().leaves().stream()).toList();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT leaf.schema, leaf.name, pg_relation_filenode(c.oid)::bigint,
                   pg_relation_size(c.oid) / current_setting('block_size')::bigint,
                   pg_table_size(c.oid)
              FROM unnest(?::text[], ?::text[]) leaf (schema, name)
              JOIN pg_namespace n ON n.nspname = leaf.schema
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = leaf.name
            """)) {
      statement.setArray(1, texts(connection, leaves, QualifiedName::schema));
      statement.setArray(2, texts(connection, leaves, QualifiedName::name));
      Map<QualifiedName, Extent> extents = new HashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          extents.put(
              new QualifiedName(rows.getString(1), rows.getString(2)),
              new Extent(rows.getLong(3), rows.getLong(4), rows.getLong(5)));
        }
      }
      return extents;
    }
  }

  private static void writeTables(Connection connection, RunKey run, List<Projection> tables)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO overwinter.copied_table (
              run_id, table_no, source_schema, source_name, target_schema, target_name, level,
              columns, column_types, value_forms, estimated_rows, bytes, expressions,
              source_columns, row_filter)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      for (int i = 0; i < tables.size(); i++) {
        Table table = tables.get(i).table();
        CopiedTable copied = CopiedTable.of(i + 1, tables.get(i));
        List<CopiedColumn> columns = copied.columns();
        statement.setString(1, run.runId());
        statement.setInt(2, i + 1);
        statement.setString(3, table.name().schema());
        statement.setString(4, table.name().name());
        statement.setString(5, copied.target().schema());
        statement.setString(6, copied.target().name());
        statement.setInt(7, table.level());
        statement.setArray(8, texts(connection, columns, CopiedColumn::name));
        statement.setArray(9, texts(connection, columns, CopiedColumn::type));
        statement.setArray(10, texts(connection, columns, it -> it.form().name()));
        statement.setLong(11, table.estimatedRows());
        statement.setLong(12, table.bytes());
        statement.setArray(13, texts(connection, columns, CopiedColumn::expression));
        statement.setArray(14, texts(connection, columns, CopiedColumn::sourceColumn));
        statement.setString(15, copied.filter());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void writeChunks(Connection connection, StepInput input, Survey survey)
      throws SQLException {
    PartNames names = new PartNames();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO overwinter.chunk (
              run_id, table_no, chunk_no, leaf_schema, leaf_name, leaf_file, first_page, end_page,
              bytes, part_file)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      for (int i = 0; i < survey.tables().size(); i++) {
        Table table = survey.tables().get(i).table();
        String name = names.ofTable(table.name(), i + 1);
        List<PageRange> ranges =
            divide(table, survey.extents(), input.request().copy().chunkBytes());
        for (int chunk = 1; chunk <= ranges.size(); chunk++) {
          PageRange range = ranges.get(chunk - 1);
          statement.setString(1, input.run().runId());
          statement.setInt(2, i + 1);
          statement.setInt(3, chunk);
          statement.setString(4, range.leaf().schema());
          statement.setString(5, range.leaf().name());
          statement.setLong(6, range.file());
          statement.setLong(7, range.firstPage());
          statement.setObject(8, range.endPage(), Types.BIGINT);
          statement.setLong(9, range.bytes());
          statement.setString(
              10,
              PartNames.ofPart(name, chunk, ranges.size(), input.request().copy().compression()));
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  /** Ranges that cover all pages of all leaves; a table without any page has one all the same. */
  private static List<PageRange> divide(
      Table table, Map<QualifiedName, Extent> extents, long chunkBytes) {
    List<PageRange> ranges = new ArrayList<>();
    for (QualifiedName leaf : table.leaves()) {
      addRanges(leaf, extents.get(leaf), chunkBytes, ranges);
    }
    if (ranges.isEmpty()) {
      addRanges(table.name(), Extent.NONE, chunkBytes, ranges);
    }
    return ranges;
  }

  private static void addRanges(
      QualifiedName leaf, Extent extent, long chunkBytes, List<PageRange> ranges) {
    long bytesPerPage = Math.max(1, extent.bytes() / Math.max(1, extent.pages()));
    long pagesPerChunk = Math.max(1, chunkBytes / bytesPerPage);
    long first = 0;
    while (first + pagesPerChunk < extent.pages()) {
      long end = first + pagesPerChunk;
      ranges.add(new PageRange(leaf, extent.file(), first, end, pagesPerChunk * bytesPerPage));
      first = end;
    }
    long rest = (extent.pages() - first) * bytesPerPage;
    ranges.add(new PageRange(leaf, extent.file(), first, null, rest));
  }

  private static <T> Array texts(Connection connection, List<T> items, Function<T, String> toText)
      throws SQLException {
    return connection.createArrayOf("text", items.stream().map(toText).toArray());
  }
}
