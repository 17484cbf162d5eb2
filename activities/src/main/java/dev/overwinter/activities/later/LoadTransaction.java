package dev.overwinter.activities.later;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.load.ChunkLoader;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.activities.remap.RemapLedger;
import dev.overwinter.activities.remap.RemapLedger.MappedColumn;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.activities.verify.CarriedRows;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LaneSummary;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one transaction loads: its rows come into a table of its own first, from there into the
 * target's by one statement, which tells where each of them is stored; there they are read back and
 * compared before anything commits. Not thread-safe.
 */
final class LoadTransaction {
  /** The application's own transactions come first: nothing is waited for long. */
  static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'";

  private static final String STAGE = "pg_temp.overwinter_stage";
  private static final String PLACES = "pg_temp.overwinter_places";

  /** Checks and defaults find names as in the application's sessions; triggers can ask why. */
  static final String AS_THE_APPLICATION =
      """
      SELECT set_config('search_path', reset_val, true), set_config('overwinter.loading', 'on', true)
        FROM pg_catalog.pg_settings WHERE name = 'search_path'
      """;

  private final Connection connection;
  private final RunKey run;
  private final LaterTableInLedger table;
  private final Table there;
  private final ArchiveParts parts;
  private final RowRemapper remapper;
  private final LaneProgress progress;

  private final List<Chunk> chunks = new ArrayList<>();
  private long bytes;

  LoadTransaction(
      Connection connection,
      RunKey run,
      LaterTableInLedger table,
      Table there,
      ArchiveParts parts,
      RowRemapper remapper,
      LaneProgress progress) {
    this.connection = connection;
    this.run = run;
    this.table = table;
    this.there = there;
    this.parts = parts;
    this.remapper = remapper;
    this.progress = progress;
  }

  /** Brings a chunk's rows to the server, where nobody else sees them. */
  void stage(Chunk chunk) throws SQLException {
    if (chunks.isEmpty()) {
      LaterLedger.execute(connection, AS_THE_APPLICATION);
      LaterLedger.execute(
          connection,
          "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA"
              .formatted(STAGE, chunk.table().columnList(), table.target().sql()));
    }
    bytes += ChunkLoader.load(connection, chunk, STAGE, parts, remapper, progress).bytes();
    chunks.add(chunk);
  }

  /**
   * Loads what was staged, and records it.
   *
   * @throws StepException RowsRefused when a constraint does not take a row; VerificationFailed
   *     when what is stored is not what was exported
   */
  LaneSummary load() throws SQLException {
    TableDigest exported = TableDigest.EMPTY;
    for (Chunk chunk : chunks) {
      exported = exported.plus(chunk.part().digest());
    }
    lockAndLookAtTriggers();
    insert();
    TableDigest stored = readBack(exported);
    for (Chunk chunk : chunks) {
      ChunkLedger.recordLoaded(connection, run, chunk, chunk.part().digest().rows());
    }
    LaterLedger.recordLoad(connection, run, table.number(), chunks.get(0).number(), stored);
    return new LaneSummary(chunks.size(), stored.rows(), bytes);
  }

  /** In the mode that the insertion takes anyway; while it is held, no trigger can be created. */
  private void lockAndLookAtTriggers() throws SQLException {
    LaterLedger.execute(
        connection, "LOCK TABLE %s IN ROW EXCLUSIVE MODE".formatted(table.target().sql()));
    List<String> triggers = TriggerRule.triggers(connection, table.target());
    if (!triggers.isEmpty() && !table.fires()) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "%s: %s They were not there when the run began. Disable them and retry the step, or roll back and start again with a rule for them."
              .formatted(table.target(), TriggerRule.message(triggers)));
    }
  }

  private void insert() throws SQLException {
    String columns = chunks.get(0).table().columnList();
    String into = columns.isEmpty() ? "" : " (" + columns + ")";
    LaterLedger.execute(
        connection,
        "CREATE TEMPORARY TABLE %s (relation oid, place tid) ON COMMIT DROP".formatted(PLACES));
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          WITH carried AS (
            INSERT INTO %s%s OVERRIDING SYSTEM VALUE SELECT %s FROM %s
            RETURNING tableoid AS relation, ctid AS place)
          INSERT INTO %s SELECT relation, place FROM carried
          """
              .formatted(table.target().sql(), into, columns, STAGE, PLACES));
    } catch (SQLException e) {
      throw Refusals.ofLoading(e, table.target());
    }
    // So that the few rows are looked up in a large table, and not the table read for them.
    LaterLedger.execute(connection, "ANALYZE " + PLACES);
  }

  private TableDigest readBack(TableDigest exported) throws SQLException {
    // Some types print names, which must come out qualified.
    LaterLedger.execute(connection, "SET LOCAL search_path = ''");
    List<Column> columns =
        CarriedRows.columns(
            there, chunks.get(0).table().columns().stream().map(CopiedColumn::name).toList());
    Map<String, IdKind> mapped =
        RemapLedger.mappedColumns(connection, run).stream()
            .filter(column -> column.table().equals(table.source()))
            .collect(Collectors.toMap(MappedColumn::column, MappedColumn::kind));
    CarriedRows rows =
        new CarriedRows(there, columns, chunks.get(0).wireTypes(), mapped, run, PLACES);
    progress.tick();
    TableDigest stored = rows.digest(connection);
    if (!stored.equals(exported)) {
      throw new StepException(
          FailureType.VERIFICATION_FAILED,
          "%s: of %d rows that were exported, the target stored %d%s. Nothing of this chunk was kept. See whether a trigger or rule of the table changes rows."
              .formatted(
                  table.target(),
                  exported.rows(),
                  stored.rows(),
                  stored.rows() == exported.rows() ? ", but not the same ones" : ""));
    }
    List<Finding> leftovers = rows.leftovers(connection);
    if (!leftovers.isEmpty()) {
      throw new StepException(
          FailureType.VERIFICATION_FAILED,
          leftovers.stream()
              .map(finding -> finding.object() + " " + finding.message())
              .collect(Collectors.joining("; ", "", ". Nothing of this chunk was kept.")));
    }
    return stored;
  }
}
