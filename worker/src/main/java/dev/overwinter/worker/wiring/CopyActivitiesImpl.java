package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ArchiveCompletion;
import dev.overwinter.activities.archive.ArchiveDirectory;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.load.ImportLane;
import dev.overwinter.activities.load.LoadCompletion;
import dev.overwinter.activities.load.TargetLoad;
import dev.overwinter.activities.load.TargetUndo;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.CleanUpSummary;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Planning, export, import and undoing as Temporal calls them. */
record CopyActivitiesImpl(
    ChunkPlanner planner,
    ExportLane exportLane,
    ArchiveCompletion archiveCompletion,
    ImportLane importLane,
    TargetLoad targetLoad,
    LoadCompletion loadCompletion,
    TargetUndo targetUndo,
    Path archive,
    Supplier<StepContext> contexts)
    implements CopyActivities {
  @Override
  public ChunkPlanSummary planChunks(StepInput input) {
    return planner.plan(input, contexts.get());
  }

  @Override
  public LaneSummary exportChunks(LaneInput input) {
    return exportLane.run(input.step(), contexts.get());
  }

  @Override
  public ArchiveSummary completeArchive(StepInput input) {
    return archiveCompletion.complete(input, contexts.get());
  }

  @Override
  public PutAsideSummary putAside(StepInput input) {
    return targetLoad.putAside(input, contexts.get());
  }

  @Override
  public LaneSummary importChunks(LaneInput input) {
    return importLane.run(input.step(), contexts.get());
  }

  @Override
  public PutAsideSummary completeLoad(StepInput input) {
    return loadCompletion.complete(input, contexts.get());
  }

  @Override
  public CleanUpSummary emptyTarget(StepInput input) {
    return targetUndo.emptyTarget(input, contexts.get());
  }

  @Override
  public void removeArchive(StepInput input) {
    new ArchiveDirectory(archive, input.run()).remove();
  }
}
