package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.LaterDesk.Order;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.LaterRequestReader;
import dev.overwinter.workflows.status.LaterState;
import dev.overwinter.workflows.status.LaterStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.LaterInput;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import io.temporal.workflow.WorkflowInit;
import java.util.ArrayList;
import java.util.List;

/**
 * The second, small run as Temporal and the operator see it. What happens in between is {@link
 * LaterWay}. Whoever changes what it asks Temporal for puts that behind a version, as {@link Shape}
 * does for the night; its own first shape asks for none.
 */
public final class BackfillLaterWorkflow implements BackfillLater {
  private final RunKey run = runKey();
  private final LaterRecord record;
  private final LaterDesk desk;

  /** Knows whom to tell before the first signal is handled. */
  @WorkflowInit
  public BackfillLaterWorkflow(JsonNode request) {
    record = new LaterRecord(run);
    desk = new LaterDesk(record);
  }

  private static RunKey runKey() {
    WorkflowInfo info = Workflow.getInfo();
    return new RunKey(info.getWorkflowId(), info.getFirstExecutionRunId());
  }

  @Override
  public LaterStatus run(JsonNode json) {
    Workflow.registerListener(
        (DynamicSignalHandler) (signalName, encodedArgs) -> desk.unknownSignal(signalName));
    LaterRequest request = validated(json);
    record.of(request.run());
    LaterPlan plan = open(new LaterInput(run, request));
    boolean cancelled = travel(plan);
    Workflow.newDetachedCancellationScope(() -> Workflow.await(Workflow::isEveryHandlerFinished))
        .run();
    if (cancelled) {
      throw new CanceledFailure("The workflow was cancelled; the run was rolled back.");
    }
    return record.status();
  }

  private LaterRequest validated(JsonNode json) {
    LaterRequestReader.Result result = LaterRequestReader.read(json);
    List<String> problems = new ArrayList<>(result.problems());
    RunTimeouts.problemWithoutDeadlines().ifPresent(problems::add);
    if (!problems.isEmpty()) {
      record.findings(
          problems.stream().map(problem -> Finding.blocker("request", problem, "")).toList());
      record.state(LaterState.REFUSED, "The request is wrong; correct it and start again.");
      throw refusal(
          FailureType.INVALID_REQUEST, "The request is wrong; nothing was touched:", problems);
    }
    return result.request();
  }

  private LaterPlan open(LaterInput input) {
    record.begin(Step.PREFLIGHT);
    LaterPlan plan;
    try {
      plan = StepStubs.laterOpening("look, and enter the run into the ledger").openLater(input);
    } catch (TemporalFailure failure) {
      record.abandon();
      record.state(LaterState.REFUSED, StepFailures.describe(failure));
      removeTraces();
      throw failure;
    }
    record.findings(plan.findings());
    List<String> blockers =
        plan.findings().stream()
            .filter(finding -> finding.severity() == Finding.Severity.BLOCKER)
            .map(finding -> finding.object() + ": " + finding.message() + " " + finding.remedy())
            .toList();
    if (!blockers.isEmpty()) {
      record.abandon();
      record.state(LaterState.REFUSED, "Settle the findings and start again.");
      throw refusal(
          FailureType.PREFLIGHT_FAILED,
          "The tables cannot be carried; nothing was touched:",
          blockers);
    }
    record.tables(plan.tables());
    record.finish(Step.PREFLIGHT, "%d tables".formatted(plan.tables().size()));
    return plan;
  }

  /** An attempt whose answer was lost may have entered the run, which would keep others out. */
  private void removeTraces() {
    Workflow.newDetachedCancellationScope(
            () -> {
              try {
                StepStubs.laterOpening("remove what the look may have left").undoLater(run);
              } catch (TemporalFailure failure) {
                record.note(
                    Finding.warning(
                        "ledger",
                        "Could not be cleaned: " + StepFailures.describe(failure),
                        "Name this run in insteadOf of the next one's request."));
              }
            })
        .run();
  }

  private static ApplicationFailure refusal(FailureType type, String title, List<String> lines) {
    return StepFailures.forPeople(title + "\n- " + String.join("\n- ", lines), type, lines);
  }

  /** Forward to the end, or back when somebody wants that; whether it was cancelled. */
  private boolean travel(LaterPlan plan) {
    CompletablePromise<Void> ended = Workflow.newPromise();
    LaterWay way = new LaterWay(run, plan, record, desk);
    CancellationScope forward =
        Workflow.newDetachedCancellationScope(() -> ended.completeFrom(Async.procedure(way::run)));
    forward.run();
    boolean cancelled = awaitEndOrRollback(ended);
    if (desk.isRollbackWanted()) {
      Workflow.newDetachedCancellationScope(
              () -> {
                forward.cancel("rolling back");
                goBack(ended);
              })
          .run();
    } else {
      ended.get();
    }
    return cancelled;
  }

  private boolean awaitEndOrRollback(Promise<Void> ended) {
    try {
      Workflow.await(() -> ended.isCompleted() || desk.isRollbackWanted());
      return false;
    } catch (CanceledFailure cancellation) {
      if (desk.isRollbackPossible()) {
        desk.rollbackBecause("the workflow was cancelled");
        return true;
      }
      record.decided(
          "cancel",
          "somebody",
          false,
          "the tables are carried; Temporal will show the run as canceled all the same");
      Workflow.newDetachedCancellationScope(() -> Workflow.await(ended::isCompleted)).run();
      return false;
    }
  }

  private void goBack(Promise<Void> forwardEnded) {
    record.abandon();
    record.state(LaterState.ROLLING_BACK, "waiting until the step at work has stopped");
    Workflow.await(forwardEnded::isCompleted);
    while (true) {
      record.state(LaterState.ROLLING_BACK, "removing the rows that were loaded");
      try {
        LaterUndoSummary undone = StepStubs.later("remove the loaded rows").undoLater(run);
        record.note(Finding.note("rollback", Summaries.of(undone)));
        record.state(LaterState.ROLLED_BACK, "");
        return;
      } catch (TemporalFailure failure) {
        record.cannotGoBack();
        record.parkRollback(failure);
        Workflow.await(desk::isRetryWanted);
        desk.retryBegins();
      }
    }
  }

  @Override
  public LaterStatus status() {
    return record.status();
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
  public void signalRollback(JsonNode input) {
    desk.signal(Order.ROLLBACK, input);
  }

  @Override
  public void signalRetryStep(JsonNode input) {
    desk.signal(Order.RETRY_STEP, input);
  }
}
