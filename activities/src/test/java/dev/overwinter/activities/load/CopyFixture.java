package dev.overwinter.activities.load;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveCompletion;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.activities.remap.RowRemappers;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.ApprovalRules;
import dev.overwinter.workflows.request.Compression;
import dev.overwinter.workflows.request.CopyRules;
import dev.overwinter.workflows.request.ExistingAccountRule;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.RollbackRules;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** A source, a target with the same tables, an archive directory and a run between them. */
final class CopyFixture implements AutoCloseable {
  static final RowRemappers NOTHING_TO_REMAP = (target, run, table) -> RowRemapper.NOTHING;

  final Database source;
  final Database target;
  final Path archive;
  final Recorder recorder = new Recorder();
  final RunKey run = new RunKey("move/../house", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11");
  private final List<String> schemas;
  private final long chunkBytes;
  RowRemappers remappers = NOTHING_TO_REMAP;
  boolean keepsArchive = true;
  List<String> skipTables = List.of();
  Map<String, TableRule> tables = Map.of();
  Map<String, ReferenceTreatment> references = Map.of();
  Compression compression = Compression.NONE;

  /** Makes both databases and begins the run. */
  CopyFixture(Path archive, String tables, long chunkBytes, String... schemas) {
    this(
        TestServer.createDatabase("source"),
        TestServer.createDatabase("target"),
        archive,
        chunkBytes,
        schemas);
    TestServer.execute(source, tables);
    TestServer.execute(target, tables);
    LedgerSchema.create(target);
    TestServer.execute(
        target,
        "INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('%s', '%s')"
            .formatted(run.runId(), run.workflowId()));
  }

  /** Goes on with a run that was begun. */
  CopyFixture(Database source, Database target, Path archive, long chunkBytes, String... schemas) {
    this.source = source;
    this.target = target;
    this.archive = archive;
    this.chunkBytes = chunkBytes;
    this.schemas = List.of(schemas);
  }

  StepInput input() {
    MigrationRequest request =
        new MigrationRequest(
            null,
            null,
            schemas,
            skipTables,
            tables,
            new UserRules(Map.of(), ExistingAccountRule.STOP, 4, 90),
            new ReferenceRules(references, UnknownUserRule.STOP),
            new FreezeRules(60, 500, 30, 0, 3600, TimeoutRule.ROLL_BACK),
            new ApprovalRules(3600, TimeoutRule.WAIT),
            new CopyRules(2, chunkBytes, keepsArchive, compression),
            new RollbackRules(true),
            new TargetRules(false, null));
    return new StepInput(run, request);
  }

  ChunkPlanSummary plan() {
    return new ChunkPlanner(source, target).plan(input(), recorder);
  }

  LaneSummary exportLane() {
    return exportLane(recorder);
  }

  LaneSummary exportLane(StepContext context) {
    return new ExportLane(source, target, archive).run(input(), context);
  }

  ArchiveSummary complete() {
    return new ArchiveCompletion(source, target, archive, "1.2.3").complete(input(), recorder);
  }

  LaneSummary importLane() {
    return importLane(recorder);
  }

  LaneSummary importLane(StepContext context) {
    return new ImportLane(source, target, archive, (connection, guarding) -> {}, remappers)
        .run(input(), context);
  }

  void copyAll() {
    plan();
    exportLane();
    complete();
    importLane();
  }

  /** The files of the run, by their names below its directory, in order. */
  List<Path> files() {
    try (Stream<Path> files = Files.walk(runDirectory())) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path runDirectory() {
    try (Stream<Path> runs = Files.list(archive)) {
      return runs.findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String onTarget(String sql) {
    return TestServer.single(target, sql);
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }

  /** Records progress; cancels on demand. */
  static final class Recorder implements StepContext {
    final Queue<Progress> told = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> onCancel = new ConcurrentLinkedQueue<>();
    private final Map<Measure, Long> counts = new ConcurrentHashMap<>();

    @Override
    public void count(Measure measure, long amount) {
      counts.merge(measure, amount, Long::sum);
    }

    long counted(Measure measure) {
      return counts.getOrDefault(measure, 0L);
    }

    @Override
    public void progress(Progress progress) {
      told.add(progress);
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      onCancel.add(action);
      return () -> onCancel.remove(action);
    }

    void cancel() {
      onCancel.forEach(Runnable::run);
    }

    int registrations() {
      return onCancel.size();
    }
  }
}
