package dev.overwinter.activities.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveFiles;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.activities.archive.Manifest;
import dev.overwinter.activities.archive.Manifest.ArchivedTable;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.remap.ArchivedMapping;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.activities.remap.RowRemappers;
import dev.overwinter.activities.verify.TargetDigest;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Loads a finished archive into a database, without the source it came from. A part's rows and
 * their record commit together, as in a run: an import that was killed goes on with the parts that
 * are missing when it is ordered again. Thread-safe.
 */
public final class ArchiveImport {
  private static final int RUN_ID_DIGITS = 32;

  private final Database target;
  private final TargetLoad load;
  private final TargetUndo undo;
  private final int lanes;

  /**
   * @param lanes how many parts are loaded and indexes built at one time, not more than the
   *     target's connections
   */
  public ArchiveImport(Database target, int lanes) {
    this.target = target;
    this.lanes = lanes;
    // The target stands for the source, too: its tables are loaded, its sequences go on from where
    // they stand, unless rows are further.
    this.load = new TargetLoad(target, target, lanes);
    this.undo = new TargetUndo(target, (connection, run) -> {}, connection -> {}, lanes);
  }

  /** One order with what the archive says to it. */
  private record Work(
      RunKey run,
      ImportOrder order,
      List<ArchivedTable> tables,
      Optional<ArchivedMapping> mapping,
      ImportPlan plan) {
    private static Work of(ImportOrder order) {
      Manifest manifest = Manifest.read(order.directory());
      List<ArchivedTable> tables = manifest.tables().stream().filter(order::wants).toList();
      requireAllKnown(order, tables);
      Optional<ArchivedMapping> mapping =
          Optional.ofNullable(order.mapping())
              .map(file -> ArchivedMapping.read(order.directory(), manifest.runId(), file));
      String name =
          manifest.sha256() + order.tables() + mapping.map(ArchivedMapping::fingerprint).orElse("");
      byte[] digest = Sha256.newDigest().digest(name.getBytes(StandardCharsets.UTF_8));
      RunKey run =
          new RunKey(
              "the import of " + order.directory().toAbsolutePath().normalize().getFileName(),
              "import-" + HexFormat.of().formatHex(digest).substring(0, RUN_ID_DIGITS));
      ImportPlan plan = new ImportPlan(run, order, tables, mapping);
      return new Work(run, order, tables, mapping, plan);
    }

    private Map<String, IdKind> mapped(ArchivedTable table) {
      return mapping.map(it -> it.columns(table.table().source())).orElse(Map.of());
    }

    /** What is done in the end, by all attempts. */
    private ImportSummary summary() {
      int parts = tables.stream().mapToInt(it -> it.parts().size()).sum();
      long rows = tables.stream().mapToLong(it -> it.digest().rows()).sum();
      return new ImportSummary(tables.size(), parts, rows);
    }

    private static void requireAllKnown(ImportOrder order, List<ArchivedTable> tables) {
      List<String> known = tables.stream().map(it -> it.table().target().toString()).toList();
      List<String> unknown = order.tables().stream().filter(it -> !known.contains(it)).toList();
      if (!unknown.isEmpty()) {
        throw new StepException(
            FailureType.INVALID_REQUEST,
            "The archive has no table %s. Its manifest.json names those it has, as targetSchema and targetName."
                .formatted(String.join(", ", unknown)));
      }
    }
  }

  /**
   * Loads what is ordered and proves it: every file has the manifest's digest, and so has what the
   * tables hold in the end.
   *
   * @throws StepException with what stands in the way; ordered again it goes on where it was
   */
  public ImportSummary run(ImportOrder order, StepContext context) {
    Work work = Work.of(order);
    if (!begins(work, context)) {
      return work.summary();
    }
    StepInput input = input(work);
    load.putAside(input, context);
    loadParts(work, context);
    load.completeLoad(input, context);
    compare(work, context);
    target.inTransaction(
        "the end of the import",
        connection -> {
          work.plan().end(connection);
          return null;
        });
    return work.summary();
  }

  /**
   * Makes the import's record or finds it.
   *
   * @return false when an attempt had ended it, and died before it could say so
   */
  private boolean begins(Work work, StepContext context) {
    LedgerSchema.create(target);
    Optional<StepException> filled;
    try {
      filled =
          CancelGuard.inTransaction(target, "looking at the target", work.plan()::begin, context);
      if (filled.isPresent()) {
        requireHeld(work, filled.get(), context);
      }
    } catch (StepException e) {
      removeUnusedLedger();
      throw e;
    }
    if (filled.isPresent()) {
      removeUnusedLedger();
    }
    return filled.isEmpty();
  }

  /** Small tables first: where others' rows are in the way, they mostly show it at once. */
  private void requireHeld(Work work, StepException filled, StepContext context) {
    if (work.mapping().isPresent()) {
      // Without the ledger's mapping the new ids cannot be taken for the old ones.
      throw filled;
    }
    try {
      compare(work, context);
    } catch (StepException e) {
      throw e.type() == FailureType.VERIFICATION_FAILED ? filled : e;
    }
  }

  private void removeUnusedLedger() {
    target.inTransaction(
        "removing an unused ledger",
        connection -> {
          ImportPlan.dropUnused(connection);
          return null;
        });
  }

  /**
   * Takes back an import that has not ended: its tables are empty again, everything put aside is
   * back.
   *
   * @return how many tables were emptied
   */
  public int undo(ImportOrder order, StepContext context) {
    Work work = Work.of(order);
    return undo.emptyTarget(input(work), context).tablesEmptied();
  }

  /** What a run would be asked for to load these tables and no others. */
  private StepInput input(Work work) {
    List<QualifiedName> wanted = work.tables().stream().map(it -> it.table().target()).toList();
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    work.plan().schemas().forEach(request.putArray("schemas")::add);
    target.inTransaction("reading the catalog", work.plan()::inTarget).keySet().stream()
        .filter(name -> !wanted.contains(name))
        .map(QualifiedName::toString)
        .forEach(request.withArray("skipTables")::add);
    RequestReader.Result read = RequestReader.read(request);
    if (!read.problems().isEmpty()) {
      throw new StepException(
          FailureType.INVALID_REQUEST, "The target's tables cannot be told apart by their names.");
    }
    return new StepInput(work.run(), read.request());
  }

  private void loadParts(Work work, StepContext context) {
    ArchiveFiles files = new ArchiveFiles(work.order().directory());
    RowRemappers remappers =
        work.mapping().isPresent()
            ? new LedgerRowRemappers()
            : (connection, run, table) -> RowRemapper.NOTHING;
    ChunkLedger.Totals before = totals(work);
    Lanes.Task next =
        new Lanes.Task(
            "",
            lane ->
                target.inTransaction(
                    "import",
                    CancelGuard.guarding(
                        lane, c -> loadNext(c, work.run(), files, remappers, lane))));
    Lanes.run(
        lanes, "parts", Collections.nCopies(before.chunks() - before.loaded(), next), context);
    ChunkLedger.Totals after = totals(work);
    if (after.loaded() < after.chunks()) {
      throw new StepException(
          FailureType.STEP_BUSY,
          "%d of %d parts are being loaded by another import of the same archive. Start this one again when that has ended."
              .formatted(after.chunks() - after.loaded(), after.chunks()));
    }
  }

  private static Void loadNext(
      Connection connection,
      RunKey run,
      ArchiveFiles files,
      RowRemappers remappers,
      StepContext context)
      throws SQLException {
    Optional<Chunk> chunk = ChunkLedger.claimToLoad(connection, run);
    if (chunk.isPresent()) {
      files.check(chunk.get());
      RowRemapper remapper = remappers.forTable(connection, run, chunk.get().table());
      long rows = ArchivedPartLoader.load(connection, chunk.get(), files, remapper, context);
      ChunkLedger.recordLoaded(connection, run, chunk.get(), rows);
    }
    return null;
  }

  /** What SQL finds in the target must have the manifest's digest. */
  private void compare(Work work, StepContext context) {
    Map<QualifiedName, Table> inTarget =
        target.inTransaction("reading the catalog", work.plan()::inTarget);
    List<Lanes.Task> tasks =
        work.tables().stream()
            .sorted(Comparator.comparing(it -> it.digest().rows()))
            .map(it -> comparing(work, it, inTarget.get(it.table().target())))
            .toList();
    Lanes.run(lanes, "tables", tasks, context);
  }

  private Lanes.Task comparing(Work work, ArchivedTable archived, Table table) {
    QualifiedName name = archived.table().target();
    return new Lanes.Task(
        "comparing " + name,
        lane ->
            target.inTransaction(
                "digest of " + name,
                CancelGuard.guarding(
                    lane,
                    connection -> {
                      requireDigest(connection, work, archived, table);
                      return null;
                    })));
  }

  private static void requireDigest(
      Connection connection, Work work, ArchivedTable archived, Table table) throws SQLException {
    List<Column> columns = columns(archived.table(), table);
    TableDigest loaded =
        TargetDigest.of(
            connection, table, columns, archived.digestedAs(), work.mapped(archived), work.run());
    if (!loaded.equals(archived.digest())) {
      throw new StepException(
          FailureType.VERIFICATION_FAILED,
          "Table %s of the target does not hold what the archive holds: a column of another type or a trigger changes values, or somebody writes. Make its columns those of the manifest, then take the import back with --undo and start anew."
              .formatted(archived.table().target()));
    }
  }

  private static List<Column> columns(CopiedTable archived, Table table) {
    Map<String, Column> byName =
        table.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
    return archived.columns().stream().map(column -> byName.get(column.name())).toList();
  }

  private ChunkLedger.Totals totals(Work work) {
    return target.inTransaction(
        "count of loaded parts", connection -> ChunkLedger.totals(connection, work.run()));
  }
}
