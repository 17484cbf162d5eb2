package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Moves rows: plan, export, import. The ledger in the target says which chunk is how far. */
@ActivityInterface
public interface CopyActivities {
  /** Divides the frozen source's tables into chunks, once; later calls return the same plan. */
  @ActivityMethod
  ChunkPlanSummary planChunks(StepInput input);

  /**
   * Exports chunks that nobody exports yet, one after the other, until none is left to take.
   * Several lanes on several workers share the chunks.
   */
  @ActivityMethod
  LaneSummary exportChunks(LaneInput input);

  /** Checks that every chunk is exported and writes the manifest. */
  @ActivityMethod
  ArchiveSummary completeArchive(StepInput input);

  /**
   * Puts indexes, foreign keys and triggers of the target aside, their definitions in the ledger
   * first.
   */
  @ActivityMethod
  PutAsideSummary putAside(StepInput input);

  /**
   * Imports exported chunks like {@link #exportChunks}; each chunk and its ledger row commit
   * together.
   */
  @ActivityMethod
  LaneSummary importChunks(LaneInput input);

  /** Checks that every chunk is imported; restores what was put aside; sets sequences; analyzes. */
  @ActivityMethod
  PutAsideSummary completeLoad(StepInput input);

  /**
   * Empties the target of what this run loaded and restores what was put aside, its sequences
   * included, and removes guard and ledger. Does nothing to rows that were there before.
   */
  @ActivityMethod
  CleanUpSummary emptyTarget(StepInput input);

  /** Removes the files that this run exported; done when a rollback is not to keep them. */
  @ActivityMethod
  void removeArchive(StepInput input);
}
