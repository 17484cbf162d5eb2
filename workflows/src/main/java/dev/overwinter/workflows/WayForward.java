package dev.overwinter.workflows;

import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.ArchiveSummary;
import dev.overwinter.workflows.steps.ChunkPlanSummary;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.PutAsideSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * From the freeze to going live, step by step. A step that fails for good parks the run until an
 * operator says retry or rollback; it never ends it, since the source is frozen.
 */
final class WayForward {
  private final StepInput input;
  private final MigrationRequest request;
  private final RunRecord record;
  private final OperatorDesk desk;
  private final StepStubs stubs;
  private final FreezeWatch watch;

  WayForward(StepInput input, RunRecord record, OperatorDesk desk) {
    this.input = input;
    this.request = input.request();
    this.record = record;
    this.desk = desk;
    this.stubs = new StepStubs(request);
    this.watch = new FreezeWatch(input, record, desk, stubs);
  }

  void run() {
    perform(Step.FREEZE, this::freeze);
    perform(Step.EXPORT, this::export);
    perform(Step.CREATE_USERS, this::createUsers);
    perform(
        Step.REMAP,
        () -> Summaries.of(stubs.remap("decide which ids become which").planRemap(input)));
    perform(Step.IMPORT, this::load);
    perform(Step.VERIFY, this::verify);
    awaitApproval();
    perform(Step.GO_LIVE, this::goLive);
    record.state(RunState.LIVE, "");
    Reporting.write(stubs, input, record);
  }

  private void perform(Step step, Supplier<String> work) {
    if (desk.isPaused()) {
      record.pausedBefore(step);
      Workflow.await(() -> !desk.isPaused());
    }
    while (true) {
      record.begin(step);
      try {
        record.finish(step, work.get());
        return;
      } catch (TemporalFailure failure) {
        if (CancellationScope.current().isCancelRequested()) {
          throw failure;
        }
        record.park(step, StepFailures.describe(failure));
        Workflow.await(desk::isRetryWanted);
        desk.retryBegins();
      }
    }
  }

  private String freeze() {
    stubs.freeze("make the target refuse writes").guardTarget(input);
    // Raising renews its own lease for as long as it takes.
    FreezeReport report = stubs.freeze("freeze the source and prove it").raiseFreeze(input);
    watch.holdLease();
    watch.openWindow(report);
    return Summaries.of(report);
  }

  private String export() {
    ChunkPlanSummary plan = stubs.copy("divide the tables into chunks").planChunks(input);
    inLanes(plan.chunks(), "export", CopyActivities::exportChunks);
    ArchiveSummary archive = stubs.copy("write the manifest").completeArchive(input);
    return Summaries.of(plan, archive);
  }

  private String createUsers() {
    UserSummary users = stubs.users("create the accounts").createUsers(input);
    MappingFileSummary mapping = stubs.users("write the mapping").writeMapping(input);
    return Summaries.of(users, mapping);
  }

  private String load() {
    stubs.copy("put indexes, keys and triggers aside").putAside(input);
    ChunkPlanSummary plan = stubs.copy("read the chunk plan").planChunks(input);
    inLanes(plan.chunks(), "import", CopyActivities::importChunks);
    PutAsideSummary restored =
        stubs.copy("restore indexes, keys and triggers; set sequences").completeLoad(input);
    return Summaries.of(restored);
  }

  /** Several lanes share the chunks; which lane takes which is decided in the ledger. */
  private void inLanes(
      int chunks, String what, Functions.Func2<CopyActivities, LaneInput, LaneSummary> work) {
    int lanes = Math.max(1, Math.min(request.copy().lanes(), chunks));
    List<Promise<LaneSummary>> running = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      LaneInput laneInput = new LaneInput(input, lane);
      CopyActivities stub = stubs.copy("%s, lane %d of %d".formatted(what, lane + 1, lanes));
      running.add(Async.function(() -> work.apply(stub, laneInput)));
    }
    TemporalFailure firstFailure = null;
    // All lanes have ended before the step does, so that nothing is at work while the run is
    // parked.
    for (Promise<LaneSummary> lane : running) {
      try {
        lane.get();
      } catch (TemporalFailure failure) {
        firstFailure = firstFailure == null ? failure : firstFailure;
      }
    }
    if (firstFailure != null) {
      throw firstFailure;
    }
  }

  private String verify() {
    stubs.freeze("prove that nothing was written meanwhile").proveFreeze(input);
    VerificationSummary verification = stubs.verify("compare both sides").verify(input);
    record.findings(verification.findings());
    if (verification.verdict() != Verdict.PASSED) {
      throw ApplicationFailure.newNonRetryableFailure(
          Summaries.of(verification)
              + " Look at the findings, mend the cause, then retry the step or"
              + " roll back.",
          FailureType.VERIFICATION_FAILED.typeName());
    }
    record.verified(verification.digest());
    return Summaries.of(verification);
  }

  private void awaitApproval() {
    record.begin(Step.APPROVAL);
    record.waitForApproval("Verified. Waits for approval to go live with what was verified.");
    Instant approvalDue = RunRecord.now().plusSeconds(request.approval().timeoutSeconds());
    Deadline.await(
        "approval is due",
        () -> approvalDue,
        desk::isApproved,
        () -> {
          if (request.approval().afterTimeout() == TimeoutRule.ROLL_BACK) {
            desk.rollbackBecause("nobody approved in time");
          } else {
            record.waitForApproval("OVERDUE: waits for approval to go live.");
          }
        });
    record.finish(Step.APPROVAL, "approved");
  }

  private String goLive() {
    stubs.freeze("freeze the source for good").makeFreezePermanent(input);
    // From here the target may take writes: going back would open both sides.
    if (!desk.passPointOfNoReturn()) {
      Workflow.await(() -> false);
    }
    watch.close();
    stubs.freeze("release the target").releaseTarget(input);
    return "the target takes writes; the source stays frozen";
  }
}
