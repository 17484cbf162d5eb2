package dev.overwinter.activities.later;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveCompletion;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.TargetPass;
import dev.overwinter.activities.load.ImportLane;
import dev.overwinter.activities.load.TargetLoad;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.preflight.TableChecks;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.LaterVerification;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.LaterRequestReader;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterInput;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A run that goes live, and those that carry what it has left for later. */
final class LaterFixture implements AutoCloseable {
  static final RunKey FIRST = new RunKey("night", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11");

  private static final String PEOPLE =
      """
      CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
      INSERT INTO auth.users SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid
        FROM generate_series(1, 50) i;
      """;

  final Database source = TestServer.createDatabase("source");
  final Database target = TestServer.createDatabase("target");
  final StepContext context = new Quiet();
  private final FreezeStep freeze = new FreezeStep(source, target);
  private final Path archive;
  private final StepInput first;

  /**
   * @param request the first run's
   */
  LaterFixture(Path archive, String inSource, String inTarget, String request) {
    this.archive = archive;
    TestServer.execute(source, PEOPLE + inSource);
    TestServer.execute(target, inTarget);
    RequestReader.Result read = RequestReader.read(json(request));
    if (!read.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", read.problems()));
    }
    first = new StepInput(FIRST, read.request());
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Everything of the first run up to its go-live. */
  void load() {
    freeze.guardTarget(first, context);
    freeze.raise(first, context);
    TestServer.execute(
        target,
        """
        INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
          SELECT '%s', ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid,
                 'PORTABLE_HASH', 'created', ('ffffffff-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid
            FROM generate_series(1, 50) i;
        """
            .formatted(FIRST.runId()));
    TargetLoad load = new TargetLoad(source, target, TargetPass::apply, 2);
    new ChunkPlanner(source, target).plan(first, context);
    new ExportLane(source, target, archive).run(first, context);
    new ArchiveCompletion(source, target, archive, "test").complete(first, context);
    new RemapPlanning(source, target, 2).plan(first, context);
    load.putAside(first, context);
    new ImportLane(source, target, archive, TargetPass::apply, new LedgerRowRemappers())
        .run(first, context);
    load.completeLoad(first, context);
  }

  void goLive() {
    freeze.makePermanent(first, context);
    freeze.releaseTarget(first, context);
  }

  /** A run of its own each time. */
  Later later(String request) {
    LaterRequestReader.Result read = LaterRequestReader.read(json(request));
    if (!read.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", read.problems()));
    }
    String id = UUID.randomUUID().toString();
    return new Later(new RunKey("later-" + id.substring(0, 4), id), read.request());
  }

  String onTarget(String sql) {
    return TestServer.single(target, sql);
  }

  String onSource(String sql) {
    return TestServer.single(source, sql);
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }

  private static DatabaseSettings settings(Database database) {
    String name = TestServer.single(database, "SELECT current_database()");
    String url = "jdbc:postgresql://localhost:" + TestServer.port() + "/" + name;
    return new DatabaseSettings(database.side(), url, "postgres", "", 4);
  }

  /** One run that carries tables left for later. */
  final class Later {
    final RunKey run;
    private final LaterRequest request;
    private StepInput input;

    private Later(RunKey run, LaterRequest request) {
      this.run = run;
      this.request = request;
    }

    LaterPlan open() {
      TableChecks checks = new TableChecks(settings(source), settings(target));
      LaterPlan plan =
          new LaterOpening(source, target, checks::look, new LaterUndo(target))
              .open(new LaterInput(run, request), context);
      if (plan.request() != null) {
        input = new StepInput(run, plan.request());
      }
      return plan;
    }

    List<String> blockers() {
      return open().findings().stream()
          .filter(finding -> finding.severity() == Finding.Severity.BLOCKER)
          .map(finding -> finding.object() + ": " + finding.message() + " " + finding.remedy())
          .toList();
    }

    /** Up to where the target is loaded. */
    void export() {
      freeze.prove(new StepInput(FIRST, input.request()), context);
      new ChunkPlanner(source, target).plan(input, context);
      new ExportLane(source, target, archive).run(input, context);
      new ArchiveCompletion(source, target, archive, "test").complete(input, context);
      new RemapPlanning(source, target, 2).plan(input, context);
    }

    LaterLane lane() {
      return new LaterLane(source, target, archive, new LedgerRowRemappers());
    }

    LaneSummary load() {
      return lane().run(input, context);
    }

    LaneSummary load(StepContext other) {
      return lane().run(input, other);
    }

    VerificationSummary verify() {
      return end().verify(input, context);
    }

    void close() {
      end().close(input, context);
    }

    private LaterEnd end() {
      return new LaterEnd(target, lane(), new LaterVerification(source, target, 2));
    }

    LaterUndoSummary undo() {
      return new LaterUndo(target).undo(run, context);
    }

    void carry() {
      List<String> blockers = blockers();
      if (!blockers.isEmpty()) {
        throw new AssertionError(String.join("\n", blockers));
      }
      export();
      load();
    }
  }

  /** Tells nobody anything. */
  static class Quiet implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
