package dev.overwinter.worker.watch;

import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.Progress;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows one run until it ends: prints what happens, passes on what the operator decides, and sums
 * up. Reads only from Temporal, so it may watch a run that other processes work on.
 */
public final class RunWatcher {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private final WorkflowClient client;
  private final String workflowId;
  private final Console console;
  private final Operator operator;
  private final StatusPrinter printer;
  private RunStatus last;
  private long lastAnswer = System.nanoTime();

  public RunWatcher(WorkflowClient client, String workflowId, Console console, Operator operator) {
    this.client = client;
    this.workflowId = workflowId;
    this.console = console;
    this.operator = operator;
    this.printer = new StatusPrinter(console);
  }

  /**
   * Watches until the run ends.
   *
   * @throws WorkflowNotFoundException when there is no such run
   * @throws InterruptedException when told to stop watching; the run goes on
   */
  public RunOutcome follow() throws InterruptedException {
    while (true) {
      try {
        DescribeWorkflowExecutionResponse description = stub().describe().getRawDescription();
        if (isClosed(description)) {
          return end();
        }
        show(description);
      } catch (WorkflowNotFoundException e) {
        throw e;
      } catch (StatusRuntimeException | WorkflowException e) {
        if (isNotFound(e)) {
          throw new WorkflowNotFoundException(
              WorkflowExecution.newBuilder().setWorkflowId(workflowId).build(), null, e);
        }
        complainAboutSilence();
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private WorkflowStub stub() {
    // Without a run id, so that a continued run is followed too.
    return client.newUntypedWorkflowStub(workflowId);
  }

  private static boolean isNotFound(Exception e) {
    return e instanceof StatusRuntimeException grpc
        && grpc.getStatus().getCode() == Status.Code.NOT_FOUND;
  }

  private static boolean isClosed(DescribeWorkflowExecutionResponse description) {
    WorkflowExecutionStatus status = description.getWorkflowExecutionInfo().getStatus();
    return status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        && status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;
  }

  private void show(DescribeWorkflowExecutionResponse description) {
    RunStatus status = stub().query("status", RunStatus.class);
    last = status;
    lastAnswer = System.nanoTime();
    Optional<Progress> progress =
        LaneProgress.of(
            description.getPendingActivitiesList(), client.getOptions().getDataConverter());
    printer.show(status, progress);
    operator.next(status).ifPresent(this::say);
  }

  private void say(OperatorCommand command) {
    try {
      String answer = stub().update(command.update(), String.class, command.input());
      printer.answerShown(command.update());
      console.line("%s: %s".formatted(command.update(), answer));
    } catch (WorkflowUpdateException e) {
      console.line("%s was refused: %s".formatted(command.update(), reasonOf(e)));
    } catch (WorkflowNotFoundException e) {
      console.line("%s came too late: the run has ended.".formatted(command.update()));
    } catch (WorkflowException | StatusRuntimeException e) {
      console.line("%s could not be delivered: is a worker running?".formatted(command.update()));
    }
  }

  private void complainAboutSilence() {
    if (System.nanoTime() - lastAnswer > SILENCE.toNanos()) {
      lastAnswer = System.nanoTime();
      console.endProgress();
      console.line(
          "No answer from the run for %d s: is a worker running, is Temporal up? Still asking."
              .formatted(SILENCE.toSeconds()));
    }
  }

  private RunOutcome end() {
    RunOutcome outcome;
    try {
      RunStatus status = stub().getResult(RunStatus.class);
      outcome = new RunOutcome(exitCode(status.state()), status, "");
    } catch (WorkflowFailedException e) {
      RunStatus status = statusAfterFailure();
      outcome = new RunOutcome(exitCode(typeOf(e), status), status, reasonOf(e));
    }
    if (outcome.status() != null) {
      printer.show(outcome.status(), Optional.empty());
    }
    console.endProgress();
    RunSummary.print(outcome, console);
    return outcome;
  }

  private RunStatus statusAfterFailure() {
    try {
      return stub().query("status", RunStatus.class);
    } catch (WorkflowException | StatusRuntimeException e) {
      return last;
    }
  }

  private static int exitCode(RunState state) {
    return switch (state) {
      case LIVE -> ExitCodes.DONE;
      case REFUSED -> ExitCodes.BLOCKED;
      case RUNNING, PAUSED, PARKED, WAITING_FOR_APPROVAL, ROLLING_BACK, ROLLED_BACK ->
          ExitCodes.FAILED;
    };
  }

  private static int exitCode(String failureType, RunStatus status) {
    if (failureType.equals(FailureType.INVALID_REQUEST.typeName())) {
      return ExitCodes.USAGE;
    }
    boolean refused =
        failureType.equals(FailureType.PREFLIGHT_FAILED.typeName())
            || (status != null && status.state() == RunState.REFUSED);
    return refused ? ExitCodes.BLOCKED : ExitCodes.FAILED;
  }

  private static String typeOf(Exception failure) {
    return applicationFailure(failure).map(ApplicationFailure::getType).orElse("");
  }

  private static String reasonOf(Exception failure) {
    return applicationFailure(failure)
        .map(cause -> "%s: %s".formatted(cause.getType(), cause.getOriginalMessage()))
        .orElseGet(
            () ->
                failure.getCause() == null
                    ? failure.getMessage()
                    : failure.getCause().getMessage());
  }

  private static Optional<ApplicationFailure> applicationFailure(Throwable failure) {
    for (Throwable part = failure; part != null; part = part.getCause()) {
      if (part instanceof ApplicationFailure found) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }
}
