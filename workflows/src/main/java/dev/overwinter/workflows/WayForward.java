package dev.overwinter.workflows;

import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.status.HumanTime;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.Announcement.Outcome;
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
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Instant;
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
  private final Shape shape;
  private final StepStubs stubs;
  private final FreezeWatch watch;
  private final ProgressWatch progress;
  private final PointOfRest rest;
  private final Announcements announcements;

  private Instant approvalDue;
  private boolean approvalOverdue;

  WayForward(
      StepInput input,
      RunRecord record,
      OperatorDesk desk,
      Shape shape,
      PointOfRest rest,
      Announcements announcements) {
    this.input = input;
    this.request = input.request();
    this.record = record;
    this.desk = desk;
    this.shape = shape;
    this.rest = rest;
    this.announcements = announcements;
    this.stubs = new StepStubs(request);
    this.watch = new FreezeWatch(input, record, desk, stubs);
    this.progress = new ProgressWatch(input, record, stubs, shape);
  }

  /**
   * What a run that continues as new keeps of its way; which step comes next, the record knows.
   *
   * @param approvalDue when approval is due, ISO 8601 in UTC, or null when nobody waits for it yet
   * @param approvalOverdue whether that was noticed
   */
  record Memory(FreezeWatch.Memory watch, String approvalDue, boolean approvalOverdue) {}

  Memory memory() {
    return new Memory(
        watch.memory(), approvalDue == null ? null : approvalDue.toString(), approvalOverdue);
  }

  /** Stops renewing the lease; the promise completes when that is so. */
  Promise<Void> releaseLease() {
    return watch.releaseLease();
  }

  /**
   * @param memory where the run rested before it continued as new, or null
   */
  void run(Memory memory) {
    if (memory != null) {
      approvalDue = memory.approvalDue() == null ? null : Instant.parse(memory.approvalDue());
      approvalOverdue = memory.approvalOverdue();
      watch.resume(memory.watch());
    }
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
    announcements.ended(Outcome.LIVE);
    record.state(RunState.LIVE, "");
    Reporting.write(stubs, input, record);
    if (!announcements.isEndTold()) {
      Reporting.write(stubs, input, record);
    }
  }

  private void perform(Step step, Supplier<String> work) {
    switch (record.stateOf(step)) {
      case DONE, ABANDONED -> {
        return;
      }
      case PARKED -> awaitRetry();
      case PENDING, RUNNING -> awaitTurn(step);
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
        record.park(step, failure);
        awaitRetry();
      }
    }
  }

  private void awaitTurn(Step step) {
    if (desk.isPaused()) {
      record.pausedBefore(step);
      rest.until(() -> !desk.isPaused());
    }
    rest.pass();
  }

  private void awaitRetry() {
    rest.until(desk::isRetryWanted);
    desk.retryBegins();
  }

  private String freeze() {
    stubs.freeze("make the target refuse writes").guardTarget(input);
    announcements.beginning();
    // Raising renews its own lease for as long as it takes.
    FreezeReport report = stubs.freeze("freeze the source and prove it").raiseFreeze(input);
    watch.holdLease();
    watch.openWindow(report);
    return Summaries.of(report);
  }

  private String export() {
    ChunkPlanSummary plan = stubs.copy("divide the tables into chunks").planChunks(input);
    progress.during(
        Step.EXPORT, () -> inLanes(plan.chunks(), "export", CopyActivities::exportChunks));
    ArchiveSummary archive = stubs.copy("write the manifest").completeArchive(input);
    if (shape.provesAfterExport()) {
      stubs.freeze("prove that nothing was written during it").proveFreeze(input);
    }
    return Summaries.of(plan, archive);
  }

  private String createUsers() {
    UserSummary users =
        progress.during(
            Step.CREATE_USERS, () -> stubs.users("create the accounts").createUsers(input));
    MappingFileSummary mapping = stubs.users("write the mapping").writeMapping(input);
    return Summaries.of(users, mapping);
  }

  private String load() {
    stubs.copy("put indexes, keys and triggers aside").putAside(input);
    ChunkPlanSummary plan = stubs.copy("read the chunk plan").planChunks(input);
    PutAsideSummary restored =
        shape.looksAtRestoration()
            ? progress.during(
                Step.IMPORT,
                () -> {
                  importChunks(plan);
                  return completeLoad();
                })
            : loadAsBefore(plan);
    return Summaries.of(restored);
  }

  private PutAsideSummary loadAsBefore(ChunkPlanSummary plan) {
    progress.during(Step.IMPORT, () -> importChunks(plan));
    return completeLoad();
  }

  private List<LaneSummary> importChunks(ChunkPlanSummary plan) {
    return inLanes(plan.chunks(), "import", CopyActivities::importChunks);
  }

  private PutAsideSummary completeLoad() {
    return stubs.copy("restore indexes, keys and triggers; set sequences").completeLoad(input);
  }

  private List<LaneSummary> inLanes(
      int chunks, String what, Functions.Func2<CopyActivities, LaneInput, LaneSummary> work) {
    return ChunkLanes.run(
        input,
        chunks,
        what,
        (summary, lane) ->
            work.apply(shape.hasQueueOfLanes() ? stubs.lane(summary) : stubs.copy(summary), lane));
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
    switch (record.stateOf(Step.APPROVAL)) {
      case DONE, ABANDONED -> {
        return;
      }
      case PENDING, PARKED -> {
        rest.pass();
        record.begin(Step.APPROVAL);
        approvalDue = RunRecord.now().plusSeconds(request.approval().timeoutSeconds());
        record.waitForApproval(
            "Verified. Waits for approval to go live with what was verified, until %s; then it %s."
                .formatted(
                    HumanTime.clock(approvalDue, RunRecord.now()),
                    request.approval().afterTimeout() == TimeoutRule.ROLL_BACK
                        ? "rolls back"
                        : "is overdue and goes on waiting"));
      }
      case RUNNING -> {
        // The run has continued as new while it waited.
      }
    }
    if (approvalOverdue) {
      rest.until(desk::isApproved);
    } else {
      rest.during(
          () ->
              Deadline.await(
                  request.approval().afterTimeout() == TimeoutRule.ROLL_BACK
                      ? "time to approve; then it rolls back"
                      : "time to approve; then it goes on waiting, as overdue",
                  () -> approvalDue,
                  () -> rest.mayEnd() && desk.isApproved(),
                  this::approvalIsOverdue));
    }
    record.finish(Step.APPROVAL, "approved");
  }

  private void approvalIsOverdue() {
    approvalOverdue = true;
    if (request.approval().afterTimeout() == TimeoutRule.ROLL_BACK) {
      desk.rollbackBecause("nobody approved in time");
    } else {
      record.waitForApproval("OVERDUE: waits for approval to go live.");
    }
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
