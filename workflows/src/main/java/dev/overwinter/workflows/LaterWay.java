package dev.overwinter.workflows;

import dev.overwinter.workflows.status.LaterState;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.Supplier;

/**
 * The way of tables left for later, step by step. A step that fails for good parks the run until an
 * operator says retry or rollback.
 */
final class LaterWay {
  private final StepInput input;
  private final StepInput first;
  private final LaterRecord record;
  private final LaterDesk desk;
  private final StepStubs stubs;

  private int chunks;

  LaterWay(RunKey run, LaterPlan plan, LaterRecord record, LaterDesk desk) {
    this.input = new StepInput(run, plan.request());
    this.first = new StepInput(plan.first(), plan.request());
    this.record = record;
    this.desk = desk;
    this.stubs = new StepStubs(plan.request());
  }

  void run() {
    perform(Step.EXPORT, this::export);
    perform(
        Step.REMAP,
        () -> Summaries.of(stubs.remap("decide which ids become which").planRemap(input)));
    perform(Step.IMPORT, this::load);
    perform(Step.VERIFY, this::verify);
    record.state(LaterState.CARRIED, "");
  }

  private void perform(Step step, Supplier<String> work) {
    while (true) {
      record.begin(step);
      try {
        record.finish(step, work.get());
        return;
      } catch (TemporalFailure failure) {
        if (CancellationScope.current().isCancelRequested()) {
          throw failure;
        }
        record.park(step, failure);
        Workflow.await(desk::isRetryWanted);
        desk.retryBegins();
      }
    }
  }

  private String export() {
    stubs.freeze("prove that the source is as it was").proveFreeze(first);
    ChunkPlanSummary plan = stubs.copy("divide the tables into chunks").planChunks(input);
    chunks = plan.chunks();
    ChunkLanes.run(
        input, chunks, "export", (summary, lane) -> stubs.lane(summary).exportChunks(lane));
    ArchiveSummary archive = stubs.copy("write the manifest").completeArchive(input);
    return Summaries.of(plan, archive);
  }

  private String load() {
    List<LaneSummary> done =
        ChunkLanes.run(
            input, chunks, "load", (summary, lane) -> StepStubs.laterLane(summary).loadLater(lane));
    return Summaries.of(
        new LaneSummary(
            done.stream().mapToInt(LaneSummary::chunks).sum(),
            done.stream().mapToLong(LaneSummary::rows).sum(),
            done.stream().mapToLong(LaneSummary::bytes).sum()));
  }

  private String verify() {
    stubs.freeze("prove that the source is as it was").proveFreeze(first);
    VerificationSummary verification =
        StepStubs.later("compare with the source").verifyLater(input);
    record.findings(verification.findings());
    if (verification.verdict() != Verdict.PASSED) {
      throw ApplicationFailure.newNonRetryableFailure(
          Summaries.of(verification)
              + " Look at the findings, mend the cause, then retry the step or roll back.",
          FailureType.VERIFICATION_FAILED.typeName());
    }
    if (!desk.passPointOfNoReturn()) {
      Workflow.await(() -> false);
    }
    StepStubs.later("write down that the tables are carried").closeLater(input);
    return Summaries.of(verification);
  }
}
