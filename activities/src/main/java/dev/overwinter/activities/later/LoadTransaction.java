package dev.overwinter.activities.later;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.load.ChunkLoader;
import dev.overwinter.activities.load.ChunkRelay;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
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
import java.sql.ResultSet;
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
  private static final QualifiedName STORED = new QualifiedName("pg_temp", "overwinter_stored");

  /** The relations in which the rows are: the table, or some of its partitions. */
  private static final String RELATIONS =
      """
      SELECT n.nspname, c.relname
        FROM (SELECT DISTINCT relation FROM %s) places
        JOIN pg_catalog.pg_class c ON c.oid = places.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      """
          .formatted(PLACES);

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
  private final ChunkRelay relay;
  private final RowRemapper remapper;
  private final LaneProgress progress;

  private final List<Chunk> chunks = new ArrayList<>();
  private long bytes;

  /**
   * @param relay brings the rows from the source, or null when they are in the archive's parts
   */
  LoadTransaction(
      Connection connection,
      RunKey run,
      LaterTableInLedger table,
      Table there,
      ArchiveParts parts,
      ChunkRelay relay,
      RowRemapper remapper,
      LaneProgress progress) {
    this.connection = connection;
    this.run = run;
    this.table = table;
    this.there = there;
    this.parts = parts;
    this.relay = relay;
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
    if (relay == null) {
      Chunk whole = parts.heal(connection, chunk);
      bytes += ChunkLoader.load(connection, whole, STAGE, parts, remapper, progress).bytes();
      chunks.add(whole);
    } else {
      ChunkRelay.Carried carried = relay.carry(connection, chunk, STAGE, remapper);
      bytes += carried.bytes();
      chunks.add(chunk.carriedAs(carried.digest()));
    }
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
    readBack();
    TableDigest stored = compare(exported);
    for (Chunk chunk : chunks) {
      if (relay == null) {
        ChunkLedger.recordLoaded(connection, run, chunk, chunk.part().digest().rows());
      } else {
        ChunkLedger.recordCarried(connection, run, chunk, chunk.part().digest());
      }
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
      // What is deferred would come after the comparison, and fail without a name.
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (SQLException e) {
      throw Refusals.ofLoading(e, table.target());
    }
  }

  /** Reads the rows where they are stored. One that a trigger has moved since is missing. */
  private void readBack() throws SQLException {
    List<QualifiedName> relations = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(RELATIONS)) {
      while (rows.next()) {
        relations.add(new QualifiedName(rows.getString(1), rows.getString(2)));
      }
    }
    String columns = chunks.get(0).table().columnList();
    LaterLedger.execute(
        connection,
        "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA"
            .formatted(STORED.sql(), columns, table.target().sql()));
    // So that each row is fetched from its place, and not the whole table read for a few of them.
    LaterLedger.execute(
        connection, "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off");
    for (QualifiedName relation : relations) {
      LaterLedger.execute(
          connection,
          "INSERT INTO %s SELECT %s FROM %s p JOIN ONLY %s r ON r.ctid = p.place WHERE p.relation = '%s'::pg_catalog.regclass"
              .formatted(
                  STORED.sql(),
                  chunks.get(0).table().columns().stream()
                      .map(column -> "r." + QualifiedName.quote(column.name()))
                      .collect(Collectors.joining(", ")),
                  PLACES,
                  relation.sql(),
                  relation.sql().replace("'", "''")));
    }
    LaterLedger.execute(
        connection,
        "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT; ANALYZE "
            + STORED.sql());
  }

  private TableDigest compare(TableDigest exported) throws SQLException {
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
        new CarriedRows(there, columns, chunks.get(0).wireTypes(), mapped, run, STORED);
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
