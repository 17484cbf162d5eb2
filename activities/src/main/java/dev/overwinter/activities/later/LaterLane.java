package dev.overwinter.activities.later;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ArchiveParts;
import dev.overwinter.activities.archive.Chunk;
import dev.overwinter.activities.archive.ChunkLedger;
import dev.overwinter.activities.archive.ChunkSource;
import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.activities.archive.DamagedPartException;
import dev.overwinter.activities.archive.LaneProgress;
import dev.overwinter.activities.load.ChunkRelay;
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
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Loads exported chunks into a target in use, one after the other, until none is left to take.
 * Tables come after those that they refer to; for the foreign keys are checked row by row, as they
 * are for the application. A chunk's rows and its record commit in one transaction, which also
 * holds the claim on it. Thread-safe.
 */
public final class LaterLane {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  /** Longer than a chunk takes mostly; then the step ends, and what is left is looked for anew. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Database source;
  private final Database target;
  private final Path archiveDirectory;
  private final RowRemappers remappers;

  /**
   * @param archiveDirectory where the runs' directories are
   * @param remappers make the new values of columns that hold user ids
   */
  public LaterLane(
      Database source, Database target, Path archiveDirectory, RowRemappers remappers) {
    this.source = source;
    this.target = target;
    this.archiveDirectory = archiveDirectory;
    this.remappers = remappers;
  }

  /** Removes what is left of the files to load from, when every chunk is loaded. */
  void removeRows(RunKey run) {
    ArchiveParts.removeAllRows(archiveDirectory, run);
  }

  /** Works until no chunk is left to take and none that others have taken holds up the next. */
  public LaneSummary run(StepInput input, StepContext context) {
    Run run = new Run(input, context);
    LaneSummary sum = new LaneSummary(0, 0, 0);
    long idleSince = System.nanoTime();
    while (true) {
      context.border();
      Optional<LaneSummary> loaded = run.loadNext(context);
      if (loaded.isPresent()) {
        context.count(Measure.CHUNKS_IMPORTED, loaded.get().chunks());
        sum =
            new LaneSummary(
                sum.chunks() + loaded.get().chunks(),
                sum.rows() + loaded.get().rows(),
                sum.bytes() + loaded.get().bytes());
        idleSince = System.nanoTime();
      } else if (run.isNothingLeft() || System.nanoTime() - idleSince > PATIENCE.toNanos()) {
        return sum;
      } else {
        run.await();
      }
    }
  }

  /** One attempt of one lane. */
  private final class Run {
    private final StepInput input;
    private final LaneProgress progress;
    private final ArchiveParts parts;

    /** Of a run that keeps no archive, else null. */
    private final ChunkRelay relay;

    private final Map<QualifiedName, Table> inSource;
    private final Map<QualifiedName, Table> inTarget;

    private RowRemapper remapper;
    private int remapperOfTable;

    /** The chunk in work, and one whose file was damaged before. */
    private Chunk chunk;

    private Chunk damaged;
    private boolean nothingLeft;

    private Run(StepInput input, StepContext context) {
      this.input = input;
      this.progress = new LaneProgress(context);
      this.parts = new ArchiveParts(source, archiveDirectory, input, context, progress);
      this.relay =
          input.request().copy().archive()
              ? null
              : new ChunkRelay(new ChunkSource(source, context), progress);
      this.inSource = catalog(source, input.request().schemas(), context);
      this.inTarget = catalog(target, input.request().targetSchemas(), context);
    }

    private boolean isNothingLeft() {
      return nothingLeft;
    }

    private void await() {
      progress.tick();
      try {
        Thread.sleep(BETWEEN_LOOKS.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StepException(
            FailureType.STEP_BUSY, "The step was interrupted; it will be tried again.");
      }
    }

    private Optional<LaneSummary> loadNext(StepContext context) {
      try {
        Optional<Loaded> loaded =
            target.inTransaction("load", CancelGuard.guarding(context, this::loadNext));
        if (relay == null) {
          loaded.ifPresent(done -> done.chunks().forEach(parts::removeLoaded));
        }
        damaged = null;
        return loaded.map(Loaded::summary);
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

    private Optional<Loaded> loadNext(Connection connection) throws SQLException {
      requireLoading(connection);
      List<LaterTableInLedger> tables = LaterLedger.tablesToLoad(connection, input.run());
      nothingLeft = tables.isEmpty();
      for (LaterTableInLedger table : tables) {
        List<Chunk> claimed = claim(connection, table);
        if (!claimed.isEmpty()) {
          return Optional.of(load(connection, table, claimed));
        }
      }
      return Optional.empty();
    }

    /** Keeps the run from going back until the transaction ends. */
    private void requireLoading(Connection connection) throws SQLException {
      LaterLedger.execute(connection, LoadTransaction.LOCK_TIMEOUT);
      Optional<String> state = LaterLedger.stateForLoading(connection, input.run());
      if (state.isEmpty() || state.get().equals(LaterLedger.UNDOING)) {
        throw new StepException(
            FailureType.TARGET_CHANGED,
            "Workflow %s is rolling back or has gone back, and loads nothing any more."
                .formatted(input.run().workflowId()));
      }
    }

    private List<Chunk> claim(Connection connection, LaterTableInLedger table) throws SQLException {
      if (!table.whole()) {
        return ChunkLedger.claimToLoad(connection, input.run(), table.number(), relay != null)
            .stream()
            .toList();
      }
      return LaterLedger.claim(connection, input.run(), table)
          ? ChunkLedger.claimAllToLoad(connection, input.run(), table.number(), relay != null)
          : List.of();
    }

    private Loaded load(Connection connection, LaterTableInLedger table, List<Chunk> chunks)
        throws SQLException {
      ChunkLedger.Totals totals = ChunkLedger.totals(connection, input.run());
      progress.begin(
          chunks.get(0),
          totals.rowsLoaded(),
          relay == null ? totals.rowsExported() : totals.rowsEstimated());
      useRemapperOf(connection, chunks.get(0).table());
      Table there = inTarget.get(table.target());
      if (there == null) {
        throw new StepException(
            FailureType.TARGET_CHANGED,
            "The target has no table %s any more. Create it, then retry the step."
                .formatted(table.target()));
      }
      LoadTransaction transaction =
          new LoadTransaction(
              connection, input.run(), table, there, parts, relay, remapper, progress);
      for (Chunk next : chunks) {
        chunk = next;
        transaction.stage(next);
      }
      return new Loaded(chunks, transaction.load());
    }

    private void useRemapperOf(Connection connection, CopiedTable planned) throws SQLException {
      if (planned.number() == remapperOfTable) {
        return;
      }
      Table table = inSource.get(planned.source());
      if (table == null
          || !planned.isStill(table, Projections.rule(input.request(), planned.source()))) {
        throw new StepException(
            FailureType.SOURCE_NOT_FROZEN,
            "Table %s of the source was dropped or altered since the plan was made. Roll back."
                .formatted(planned.source()));
      }
      LaterLedger.requireSameMapping(connection, input.run());
      remapper = remappers.forTable(connection, input.run(), planned);
      remapperOfTable = planned.number();
    }
  }

  private record Loaded(List<Chunk> chunks, LaneSummary summary) {}

  private static Map<QualifiedName, Table> catalog(
      Database database, List<String> schemas, StepContext context) {
    return database
        .inTransaction(
            "reading the catalog",
            CancelGuard.guarding(context, connection -> Catalog.read(connection, schemas)))
        .stream()
        .collect(Collectors.toMap(Table::name, Function.identity()));
  }
}
