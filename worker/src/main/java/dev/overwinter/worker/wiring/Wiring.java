package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveCompletion;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.freeze.FreezeActivitiesImpl;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.TargetGuard;
import dev.overwinter.activities.freeze.TargetPass;
import dev.overwinter.activities.hooks.HookAnnouncer;
import dev.overwinter.activities.later.LaterEnd;
import dev.overwinter.activities.later.LaterLane;
import dev.overwinter.activities.later.LaterOpening;
import dev.overwinter.activities.later.LaterUndo;
import dev.overwinter.activities.load.ImportLane;
import dev.overwinter.activities.load.LoadCompletion;
import dev.overwinter.activities.load.TargetLoad;
import dev.overwinter.activities.load.TargetUndo;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.preflight.Preflight;
import dev.overwinter.activities.preflight.TableChecks;
import dev.overwinter.activities.progress.ProgressObserver;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.ReferencePreflight;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.report.ReportStep;
import dev.overwinter.activities.schema.StructureCreation;
import dev.overwinter.activities.users.StackAuthClient;
import dev.overwinter.activities.users.StackAuthPace;
import dev.overwinter.activities.users.UserSteps;
import dev.overwinter.activities.verify.LaterVerification;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.worker.operations.Readiness;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.workflows.BackfillLaterWorkflow;
import dev.overwinter.workflows.FreezeBackfillWorkflow;
import dev.overwinter.workflows.UnknownWorkflow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/** What a worker runs: the one place that knows every workflow and every activity by its class. */
public final class Wiring {
  /** Building indexes is bound by the target's processors and memory. */
  private static final int MOST_BUILDERS = 4;

  private static final int CHECK_SECONDS = 5;

  private Wiring() {}

  /** The workflow implementations. */
  public static List<Class<?>> workflows() {
    return List.of(
        FreezeBackfillWorkflow.class, BackfillLaterWorkflow.class, UnknownWorkflow.class);
  }

  /**
   * The activities, connected as the settings say. Opens no connection yet; the caller closes them.
   *
   * @param contexts gives the context of the activity that runs on the calling thread
   */
  public static Activities activities(WorkerSettings settings, Supplier<StepContext> contexts) {
    Database source = new Database(forCopying(settings.source()));
    Database target = new Database(forCopying(settings.target()));
    Database guardedSource = new Database(forGuards(settings.source()));
    Database guardedTarget = new Database(forGuards(settings.target()));
    StackAuthPace pace = StackAuthPace.standard();
    UserSteps users =
        new UserSteps(
            source,
            target,
            new StackAuthClient(settings.stackAuth(), pace),
            pace,
            Clock.systemUTC());
    return new Activities(
        List.of(
            new PreflightActivitiesImpl(preflight(settings, source, users), contexts),
            new FreezeActivitiesImpl(
                new FreezeStep(
                    guardedSource,
                    guardedTarget,
                    new StructureCreation(guardedSource, guardedTarget)::create),
                contexts),
            copying(settings, source, target, contexts),
            later(settings, source, target, contexts),
            new UserActivitiesImpl(users, settings.archiveDirectory(), contexts),
            new RemapActivitiesImpl(
                new RemapPlanning(source, target, lanes(source, target)),
                target,
                settings.archiveDirectory(),
                contexts),
            new VerifyActivitiesImpl(
                new Verification(source, target, lanes(source, target)), contexts),
            new NamespaceActivitiesImpl(),
            new HookActivitiesImpl(
                new HookAnnouncer(settings.hooks(), Clock.systemUTC()), contexts),
            new ProgressActivitiesImpl(
                new ProgressObserver(guardedSource, guardedTarget, Clock.systemUTC()), contexts),
            new ReportActivitiesImpl(
                new ReportStep(target, settings.archiveDirectory(), Version.current()))),
        List.of(check(guardedSource), check(guardedTarget)),
        List.of(source, target, guardedSource, guardedTarget));
  }

  /** Of the connections for guards, since those for copying may all be in use for hours. */
  private static Readiness.Check check(Database database) {
    return new Readiness.Check(
        database.side(),
        () -> {
          try (Connection connection = database.connect()) {
            if (!connection.isValid(CHECK_SECONDS)) {
              throw new SQLException("no answer", "08006");
            }
          }
        });
  }

  private static Preflight preflight(WorkerSettings settings, Database source, UserSteps users) {
    People people = new People(users, new ReferencePreflight(source));
    return new Preflight(
        settings.source(),
        settings.target(),
        people::users,
        people::references,
        settings.archiveDirectory());
  }

  private static CopyActivitiesImpl copying(
      WorkerSettings settings, Database source, Database target, Supplier<StepContext> contexts) {
    Path archive = settings.archiveDirectory();
    int builders = Math.min(MOST_BUILDERS, target.maxConnections());
    ImportLane importLane =
        new ImportLane(source, target, archive, TargetPass::apply, new LedgerRowRemappers());
    TargetLoad load = new TargetLoad(source, target, TargetPass::apply, builders);
    return new CopyActivitiesImpl(
        new ChunkPlanner(source, target),
        new ExportLane(source, target, archive),
        new ArchiveCompletion(source, target, archive, Version.current()),
        importLane,
        load,
        new LoadCompletion(target, importLane, load),
        new TargetUndo(target, TargetPass::apply, TargetGuard::dropAtOnce, builders),
        archive,
        contexts);
  }

  private static LaterActivitiesImpl later(
      WorkerSettings settings, Database source, Database target, Supplier<StepContext> contexts) {
    TableChecks checks = new TableChecks(settings.source(), settings.target());
    LaterUndo undo = new LaterUndo(target);
    LaterLane lane =
        new LaterLane(source, target, settings.archiveDirectory(), new LedgerRowRemappers());
    return new LaterActivitiesImpl(
        new LaterOpening(source, target, checks::look, undo),
        lane,
        new LaterEnd(target, lane, new LaterVerification(source, target, source.maxConnections())),
        undo,
        contexts);
  }

  private static int lanes(Database source, Database target) {
    return Math.min(source.maxConnections(), target.maxConnections());
  }

  private static DatabaseSettings forCopying(DatabaseSettings settings) {
    return settings.withMaxConnections(
        Math.max(1, settings.maxConnections() - WorkerSettings.GUARD_CONNECTIONS));
  }

  private static DatabaseSettings forGuards(DatabaseSettings settings) {
    return settings.withMaxConnections(WorkerSettings.GUARD_CONNECTIONS);
  }
}
