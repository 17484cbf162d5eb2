package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.ChunkSource;
import dev.overwinter.activities.archive.DamagedPartException;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.activities.remap.RowRemappers;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Imports chunks one after the other until none is left to take: from the archive's files, or
 * straight from the source where no archive is kept. A chunk's rows and its record commit in one
 * transaction of the target, which also holds the claim on it: so no chunk is loaded twice, however
 * lanes die. Thread-safe.
 */
public final class ImportLane {
  private final Database source;
  private final Database target;
  private final Path archiveDirectory;
  private final LoaderPass loaderPass;
  private final RowRemappers remappers;

  /**
   * @param archiveDirectory where the runs' directories are
   * @param loaderPass lets a transaction write to the guarded target
   * @param remappers make the new values of columns that hold user ids
   */
  public ImportLane(
      Database source,
      Database target,
      Path archiveDirectory,
      LoaderPass loaderPass,
      RowRemappers remappers) {
    this.source = source;
    this.target = target;
    this.archiveDirectory = archiveDirectory;
    this.loaderPass = loaderPass;
    this.remappers = remappers;
  }

  /** Removes what is left of the files to load from, when every chunk is loaded. */
  void removeRows(RunKey run) {
    ArchiveParts.removeAllRows(archiveDirectory, run);
  }

  /** Works until no chunk is left to take; other lanes may still be at work on theirs. */
  public LaneSummary run(StepInput input, StepContext context) {
    Run run = new Run(input, context);
    LaneSummary sum = new LaneSummary(0, 0, 0);
    while (true) {
      context.border();
      Optional<LaneSummary> imported = run.importNext(context);
      if (imported.isEmpty()) {
        return sum;
      }
      context.count(Measure.CHUNKS_IMPORTED, imported.get().chunks());
      sum =
          new LaneSummary(
              sum.chunks() + imported.get().chunks(),
              sum.rows() + imported.get().rows(),
              sum.bytes() + imported.get().bytes());
    }
  }

  /** One attempt of one lane. */
  private final class Run {
    private final StepInput input;
    private final LaneProgress progress;
    private final ArchiveParts parts;
    private final ChunkRelay relay;
    private final Map<QualifiedName, Table> tables;

    /** Chunks of one table come in a row mostly, and a mapping may be large: one is kept. */
    private RowRemapper remapper;

    private int remapperOfTable;

    /** The chunk in work or last worked on, and one whose file was damaged before. */
    private Chunk chunk;

    private Chunk damaged;

    private Run(StepInput input, StepContext context) {
      this.input = input;
      this.progress = new LaneProgress(context);
      this.parts = new ArchiveParts(source, archiveDirectory, input, context, progress);
      this.relay = new ChunkRelay(new ChunkSource(source, context), progress);
      List<String> schemas = input.request().schemas();
      this.tables =
          source
              .inTransaction(
                  "reading the catalog",
                  CancelGuard.guarding(context, connection -> Catalog.read(connection, schemas)))
              .stream()
              .collect(Collectors.toMap(Table::name, Function.identity()));
    }

    private Optional<LaneSummary> importNext(StepContext context) {
      try {
        Optional<LaneSummary> imported =
            target.inTransaction("import", CancelGuard.guarding(context, this::importNext));
        if (imported.isPresent()) {
          settle(context, imported.get());
        }
        damaged = null;
        return imported;
      } catch (DamagedPartException e) {
        if (chunk.equals(damaged)) {
          throw new StepException(
              FailureType.ARCHIVE_DAMAGED,
              "The rows of %s were damaged on the worker's disk twice. Look after the disk of the archive directory; the step can be retried then."
                  .formatted(chunk));
        }
        // Without its file the chunk is exported again by whoever takes it next.
        parts.removeRows(chunk);
        damaged = chunk;
        return Optional.of(new LaneSummary(0, 0, 0));
      }
    }

    /** The chunk is loaded. */
    private void settle(StepContext context, LaneSummary imported) {
      if (isStraight()) {
        context.count(Measure.ROWS_EXPORTED, imported.rows());
        context.count(Measure.CHUNKS_EXPORTED, 1);
      } else {
        parts.removeLoaded(chunk);
      }
    }

    /** Without an archive, rows come straight from the source. */
    private boolean isStraight() {
      return !input.request().copy().archive();
    }

    private Optional<LaneSummary> importNext(Connection connection) throws SQLException {
      Optional<Chunk> claimed =
          isStraight()
              ? ChunkLedger.claimToCarry(connection, input.run())
              : ChunkLedger.claimToLoad(connection, input.run());
      if (claimed.isEmpty()) {
        return Optional.empty();
      }
      ChunkLedger.Totals totals = ChunkLedger.totals(connection, input.run());
      progress.begin(
          claimed.get(),
          totals.rowsLoaded(),
          isStraight() ? totals.rowsEstimated() : totals.rowsExported());
      loaderPass.apply(connection, input.run());
      useRemapperOf(connection, claimed.get());
      chunk = claimed.get();
      return Optional.of(isStraight() ? carry(connection) : load(connection));
    }

    private LaneSummary carry(Connection connection) throws SQLException {
      ChunkRelay.Carried carried = relay.carry(connection, chunk, remapper);
      ChunkLedger.recordCarried(connection, input.run(), chunk, carried.digest());
      return new LaneSummary(1, carried.digest().rows(), carried.bytes());
    }

    private LaneSummary load(Connection connection) throws SQLException {
      chunk = parts.heal(connection, chunk);
      LaneSummary loaded = ChunkLoader.load(connection, chunk, parts, remapper, progress);
      ChunkLedger.recordLoaded(connection, input.run(), chunk, loaded.rows());
      return loaded;
    }

    private void useRemapperOf(Connection connection, Chunk chunk) throws SQLException {
      if (chunk.table().number() == remapperOfTable) {
        return;
      }
      Table table = tables.get(chunk.table().source());
      TableRule rule = Projections.rule(input.request(), chunk.table().source());
      if (table == null || !chunk.table().isStill(table, rule)) {
        throw new StepException(
            FailureType.SOURCE_NOT_FROZEN,
            "Table %s of the source was dropped or altered since the plan was made. Roll back."
                .formatted(chunk.table().source()));
      }
      remapper = remappers.forTable(connection, input.run(), chunk.table());
      remapperOfTable = chunk.table().number();
    }
  }
}
