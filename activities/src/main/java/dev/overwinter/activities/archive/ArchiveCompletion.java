package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Checks that the archive is whole and writes its manifest. Doing it again gives the same manifest.
 * Thread-safe.
 */
public final class ArchiveCompletion {
  private final Database source;
  private final Database target;
  private final Path archiveDirectory;
  private final String toolVersion;

  /**
   * @param archiveDirectory where the runs' directories are
   * @param toolVersion this program's version, for the manifest
   */
  public ArchiveCompletion(
      Database source, Database target, Path archiveDirectory, String toolVersion) {
    this.source = source;
    this.target = target;
    this.archiveDirectory = archiveDirectory;
    this.toolVersion = toolVersion;
  }

  /** What the source is now. */
  private record SourceState(String serverVersion, Map<QualifiedName, Table> tables) {}

  /**
   * Exports what lanes left behind, exports parts again whose files are missing here, and writes
   * the manifest. A run that keeps no archive has none.
   *
   * @throws StepException when another lane still works on a chunk, when a part cannot be made
   *     again, or when the source has other tables now than the plan
   */
  public ArchiveSummary complete(StepInput input, StepContext context) {
    if (!input.request().copy().archive()) {
      return ArchiveSummary.NONE;
    }
    new ExportLane(source, target, archiveDirectory).run(input, context);
    SourceState state = readSource(input.request(), context);
    List<List<Chunk>> tables =
        target.inTransaction(
            "completion of the archive",
            CancelGuard.guarding(
                context, connection -> presentChunks(connection, input, state, context)));
    ArchiveDirectory directory = new ArchiveDirectory(archiveDirectory, input.run());
    directory.removeDrafts();
    Optional<SourcePoint> point =
        target.inTransaction(
            "reading the plan of the copy",
            connection -> SourcePoint.recorded(connection, input.run()));
    return new ManifestWriter(directory, input.run(), toolVersion, state.serverVersion(), point)
        .write(tables, state.tables());
  }

  private SourceState readSource(MigrationRequest request, StepContext context) {
    return source.inTransaction(
        "reading the catalog",
        CancelGuard.guarding(
            context,
            connection ->
                new SourceState(
                    connection.getMetaData().getDatabaseProductVersion(),
                    Catalog.read(connection, request.schemas(), request.tablesLeftBehind()).stream()
                        .collect(Collectors.toMap(Table::name, Function.identity())))));
  }

  /** The plan's tables by their chunks, each of which is exported and has its file. */
  private List<List<Chunk>> presentChunks(
      Connection connection, StepInput input, SourceState state, StepContext context)
      throws SQLException {
    RunKey run = input.run();
    requireAllExported(connection, run);
    LaneProgress progress = new LaneProgress(context);
    ArchiveParts parts = new ArchiveParts(source, archiveDirectory, input, context, progress);
    Set<QualifiedName> unplanned = new HashSet<>(state.tables().keySet());
    List<List<Chunk>> tables = new ArrayList<>();
    long rows = 0;
    for (int number : ChunkLedger.tableNumbers(connection, run)) {
      List<Chunk> chunks = ChunkLedger.ofTable(connection, run, number);
      requireUnaltered(chunks, state, input.request());
      unplanned.remove(chunks.get(0).table().source());
      for (int i = 0; i < chunks.size(); i++) {
        progress.begin(chunks.get(i), rows, 0);
        if (!parts.hasRecordedSize(chunks.get(i))) {
          Chunk locked = ChunkLedger.lock(connection, run, chunks.get(i));
          chunks.set(i, parts.exportAgain(connection, locked));
        }
        rows += chunks.get(i).part().digest().rows();
      }
      tables.add(chunks);
    }
    if (!unplanned.isEmpty()) {
      throw changed(unplanned.iterator().next());
    }
    return tables;
  }

  private static void requireAllExported(Connection connection, RunKey run) throws SQLException {
    ChunkLedger.Totals totals = ChunkLedger.totals(connection, run);
    if (totals.exported() < totals.chunks()) {
      throw new StepException(
          FailureType.STEP_BUSY,
          "%d of %d chunks are still being exported by another lane; it will be tried again."
              .formatted(totals.chunks() - totals.exported(), totals.chunks()));
    }
  }

  private static void requireUnaltered(
      List<Chunk> chunks, SourceState state, MigrationRequest request) {
    CopiedTable planned = chunks.get(0).table();
    Table now = state.tables().get(planned.source());
    Set<QualifiedName> leaves = chunks.stream().map(Chunk::leaf).collect(Collectors.toSet());
    boolean unaltered =
        now != null
            && planned.isStill(now, Projections.rule(request, planned.source()))
            && leaves.containsAll(now.leaves());
    if (!unaltered) {
      throw changed(planned.source());
    }
  }

  private static StepException changed(QualifiedName table) {
    return new StepException(
        FailureType.SOURCE_NOT_FROZEN,
        "Table %s of the source was created, dropped or altered since the plan was made. Roll back."
            .formatted(table));
  }
}
