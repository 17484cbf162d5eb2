package dev.overwinter.workflows;

import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterActivities;
import dev.overwinter.workflows.steps.LaterInput;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.LaterSummary;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.util.List;

/** The steps of a run that carries tables left for later, told among those of the night. */
final class ScriptedLater implements LaterActivities {
  static final RunKey FIRST = new RunKey("night", "0b5b8a52-7c5e-4a38-9f0f-7a9f5b8e2c11");

  private final ScriptedSteps steps;
  private volatile List<Finding> found = List.of();
  private volatile Verdict verdict = Verdict.PASSED;

  ScriptedLater(ScriptedSteps steps) {
    this.steps = steps;
  }

  void finds(Finding finding) {
    found = List.of(finding);
  }

  void verdictIs(Verdict wanted) {
    verdict = wanted;
  }

  @Override
  public LaterPlan openLater(LaterInput input) {
    steps.called("openLater");
    if (!found.isEmpty()) {
      return LaterPlan.refused(found);
    }
    return new LaterPlan(FIRST, request(), List.of("public.history"), List.of());
  }

  private static MigrationRequest request() {
    try {
      return RequestReader.read(ScriptedNight.json(ScriptedNight.ONE_LANE)).request();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public LaneSummary loadLater(LaneInput input) {
    steps.called("loadLater");
    return new LaneSummary(3, 4000, 90_000);
  }

  @Override
  public VerificationSummary verifyLater(StepInput input) {
    steps.called("verifyLater");
    return new VerificationSummary(verdict, ScriptedSteps.DIGEST, 1, 4000, 2, List.of());
  }

  @Override
  public LaterSummary closeLater(StepInput input) {
    steps.called("closeLater");
    return new LaterSummary(1, 4000);
  }

  @Override
  public LaterUndoSummary undoLater(RunKey run) {
    steps.called("undoLater");
    return new LaterUndoSummary(1200, 3);
  }
}
