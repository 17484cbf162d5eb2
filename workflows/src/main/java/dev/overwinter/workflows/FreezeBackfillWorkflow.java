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
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import io.temporal.workflow.WorkflowInit;
import java.util.ArrayList;
import java.util.List;

/**
 * The migration night as Temporal and the operator see it: the request, what may be asked and said,
 * and how it ends. What happens in between is a {@link Journey}.
 */
public final class FreezeBackfillWorkflow implements FreezeBackfill {
  private final RunKey run = runKey();
  private final Carried carried;
  private final RunRecord record;
  private final OperatorDesk desk;

  /**
   * Knows everything again before the first signal is handled: one may have arrived while the run
   * continued as new.
   */
  @WorkflowInit
  public FreezeBackfillWorkflow(JsonNode request, JsonNode carriedOver) {
    carried = Carried.read(carriedOver);
    record = new RunRecord(run, carried == null ? null : carried.record());
    desk = new OperatorDesk(record, carried == null ? null : carried.desk());
  }

  private static RunKey runKey() {
    WorkflowInfo info = Workflow.getInfo();
    return new RunKey(info.getWorkflowId(), info.getFirstExecutionRunId());
  }

  @Override
  public RunStatus run(JsonNode json, JsonNode carriedOver) {
    Workflow.registerListener(
        (DynamicSignalHandler) (signalName, encodedArgs) -> desk.unknownSignal(signalName));
    Shape shape = Shape.ofThisExecution();
    MigrationRequest request =
        carried == null ? validated(json, carriedOver, shape) : carried.request();
    StepInput input = new StepInput(run, request);
    Journey journey = new Journey(json, input, record, desk, shape);
    boolean cancelled = false;
    if (carried == null) {
      if (shape.setsSearchAttributes()) {
        lookForSearchAttributes();
      }
      preflight(input);
    }
    if (carried == null && desk.isRollbackWanted()) {
      record.state(RunState.ROLLED_BACK, "");
    } else {
      cancelled = journey.travel(carried);
    }
    Workflow.newDetachedCancellationScope(() -> Workflow.await(Workflow::isEveryHandlerFinished))
        .run();
    if (cancelled) {
      throw new CanceledFailure("The workflow was cancelled; the run was rolled back.");
    }
    return record.status();
  }

  private MigrationRequest validated(JsonNode json, JsonNode second, Shape shape) {
    RequestReader.Result result = RequestReader.read(json);
    List<String> problems = new ArrayList<>(result.problems());
    if (Carried.isGiven(second)) {
      problems.add("there is a second input: give the request as one, with --input once");
    }
    if (shape.refusesTimeouts()) {
      RunTimeouts.problem().ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      record.findings(
          problems.stream().map(problem -> Finding.blocker("request", problem, "")).toList());
      record.state(RunState.REFUSED, "The request is wrong; correct it and start again.");
      throw refusal(
          FailureType.INVALID_REQUEST, "The request is wrong; nothing was touched:", problems);
    }
    return result.request();
  }

  private void lookForSearchAttributes() {
    try {
      if (StepStubs.namespace("look for search attributes").hasSearchAttributes()) {
        record.searchable();
      }
    } catch (ActivityFailure failure) {
      if (failure.getCause() instanceof CanceledFailure) {
        throw failure;
      }
      // The run is only harder to find.
    }
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
    return StepFailures.forPeople(title + "\n- " + String.join("\n- ", lines), type, lines);
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
