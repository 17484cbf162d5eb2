package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.OperatorDesk.Order;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.util.List;

/**
 * The migration night. Going forward runs in a scope of its own; when a rollback is wanted, by
 * whomever, that scope is cancelled and the way back begins with the source. The way back stands
 * before the first guard is raised and runs where a cancellation does not reach it.
 */
public final class FreezeBackfillWorkflow implements FreezeBackfill {
  private final RunKey run = runKey();
  private final RunRecord record = new RunRecord(run);
  private final OperatorDesk desk = new OperatorDesk(record);

  private static RunKey runKey() {
    WorkflowInfo info = Workflow.getInfo();
    return new RunKey(info.getWorkflowId(), info.getFirstExecutionRunId());
  }

  @Override
  public RunStatus run(JsonNode json) {
    Workflow.registerListener(
        (DynamicSignalHandler) (signalName, encodedArgs) -> desk.unknownSignal(signalName));
    StepInput input = new StepInput(run, validated(json));
    preflight(input);
    boolean cancelled = false;
    if (desk.isRollbackWanted()) {
      record.state(RunState.ROLLED_BACK, "");
    } else {
      cancelled = migrate(input);
    }
    Workflow.newDetachedCancellationScope(() -> Workflow.await(Workflow::isEveryHandlerFinished))
        .run();
    if (cancelled) {
      throw new CanceledFailure("The workflow was cancelled; the run was rolled back.");
    }
    return record.status();
  }

  /**
   * Goes forward until live, or back when somebody or something wants that.
   *
   * @return whether it went back because the workflow was cancelled
   */
  private boolean migrate(StepInput input) {
    CompletablePromise<Void> ended = Workflow.newPromise();
    WayForward wayForward = new WayForward(input, record, desk);
    CancellationScope forward =
        Workflow.newDetachedCancellationScope(
            () -> ended.completeFrom(Async.procedure(wayForward::run)));
    forward.run();
    boolean cancelled = awaitEndOrRollback(ended);
    if (desk.isRollbackWanted()) {
      Workflow.newDetachedCancellationScope(
              () -> {
                forward.cancel("rolling back");
                new WayBack(input, record, desk).run(ended);
              })
          .run();
    } else {
      ended.get();
    }
    return cancelled;
  }

  private boolean awaitEndOrRollback(CompletablePromise<Void> ended) {
    try {
      Workflow.await(() -> ended.isCompleted() || desk.isRollbackWanted());
      return false;
    } catch (CanceledFailure cancellation) {
      if (desk.isRollbackPossible()) {
        desk.rollbackBecause("the workflow was cancelled");
        return true;
      }
      record.decided("cancel", "somebody", false, "the target is being released");
      Workflow.newDetachedCancellationScope(() -> Workflow.await(ended::isCompleted)).run();
      return false;
    }
  }

  private MigrationRequest validated(JsonNode json) {
    RequestReader.Result result = RequestReader.read(json);
    if (!result.problems().isEmpty()) {
      record.state(RunState.REFUSED, "The request is wrong; correct it and start again.");
      throw refusal(
          FailureType.INVALID_REQUEST,
          "The request is wrong; nothing was touched:",
          result.problems());
    }
    return result.request();
  }

  private void preflight(StepInput input) {
    record.begin(Step.PREFLIGHT);
    PreflightReport report;
    try {
      report =
          new StepStubs(input.request())
              .preflight("look before anything is touched")
              .preflight(input);
    } catch (TemporalFailure failure) {
      record.abandon();
      record.state(RunState.REFUSED, StepFailures.describe(failure));
      throw failure;
    }
    record.findings(report.findings());
    List<String> blockers =
        report.findings().stream()
            .filter(finding -> finding.severity() == Finding.Severity.BLOCKER)
            .map(finding -> finding.object() + ": " + finding.message() + " " + finding.remedy())
            .toList();
    if (!blockers.isEmpty()) {
      record.abandon();
      record.state(RunState.REFUSED, "Settle the findings and start again.");
      throw refusal(
          FailureType.PREFLIGHT_FAILED, "Preflight found blockers; nothing was touched:", blockers);
    }
    record.finish(Step.PREFLIGHT, Summaries.of(report));
  }

  private static ApplicationFailure refusal(FailureType type, String title, List<String> lines) {
    return ApplicationFailure.newNonRetryableFailure(
        title + "\n- " + String.join("\n- ", lines), type.typeName(), lines);
  }

  @Override
  public RunStatus status() {
    return record.status();
  }

  @Override
  public String approveGoLive(JsonNode input) {
    return desk.obey(Order.APPROVE_GO_LIVE, input);
  }

  @Override
  public void checkApproveGoLive(JsonNode input) {
    desk.check(Order.APPROVE_GO_LIVE, input);
  }

  @Override
  public String rollback(JsonNode input) {
    return desk.obey(Order.ROLLBACK, input);
  }

  @Override
  public void checkRollback(JsonNode input) {
    desk.check(Order.ROLLBACK, input);
  }

  @Override
  public String retryStep(JsonNode input) {
    return desk.obey(Order.RETRY_STEP, input);
  }

  @Override
  public void checkRetryStep(JsonNode input) {
    desk.check(Order.RETRY_STEP, input);
  }

  @Override
  public String pause(JsonNode input) {
    return desk.obey(Order.PAUSE, input);
  }

  @Override
  public void checkPause(JsonNode input) {
    desk.check(Order.PAUSE, input);
  }

  @Override
  public String resume(JsonNode input) {
    return desk.obey(Order.RESUME, input);
  }

  @Override
  public void checkResume(JsonNode input) {
    desk.check(Order.RESUME, input);
  }

  @Override
  public String extendDeadline(JsonNode input) {
    return desk.obey(Order.EXTEND_DEADLINE, input);
  }

  @Override
  public void checkExtendDeadline(JsonNode input) {
    desk.check(Order.EXTEND_DEADLINE, input);
  }

  @Override
  public void signalApproveGoLive(JsonNode input) {
    desk.signal(Order.APPROVE_GO_LIVE, input);
  }

  @Override
  public void signalRollback(JsonNode input) {
    desk.signal(Order.ROLLBACK, input);
  }

  @Override
  public void signalRetryStep(JsonNode input) {
    desk.signal(Order.RETRY_STEP, input);
  }

  @Override
  public void signalPause(JsonNode input) {
    desk.signal(Order.PAUSE, input);
  }

  @Override
  public void signalResume(JsonNode input) {
    desk.signal(Order.RESUME, input);
  }

  @Override
  public void signalExtendDeadline(JsonNode input) {
    desk.signal(Order.EXTEND_DEADLINE, input);
  }
}
