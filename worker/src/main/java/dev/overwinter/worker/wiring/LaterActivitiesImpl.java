package dev.overwinter.worker.wiring;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.later.LaterEnd;
import dev.overwinter.activities.later.LaterLane;
import dev.overwinter.activities.later.LaterOpening;
import dev.overwinter.activities.later.LaterUndo;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterActivities;
import dev.overwinter.workflows.steps.LaterInput;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.LaterSummary;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import java.util.function.Supplier;

/** Carrying tables left for later, as Temporal calls it. */
record LaterActivitiesImpl(
    LaterOpening opening,
    LaterLane lane,
    LaterEnd end,
    LaterUndo undo,
    Supplier<StepContext> contexts)
    implements LaterActivities {
  @Override
  public LaterPlan openLater(LaterInput input) {
    return opening.open(input, contexts.get());
  }

  @Override
  public LaneSummary loadLater(LaneInput input) {
    return lane.run(input.step(), contexts.get());
  }

  @Override
  public VerificationSummary verifyLater(StepInput input) {
    return end.verify(input, contexts.get());
  }

  @Override
  public LaterSummary closeLater(StepInput input) {
    return end.close(input, contexts.get());
  }

  @Override
  public LaterUndoSummary undoLater(RunKey run) {
    return undo.undo(run, contexts.get());
  }
}
