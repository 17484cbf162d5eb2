package dev.overwinter.worker.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.status.StepStatus;
import dev.overwinter.workflows.steps.Finding;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A run that goes through the motions and moves nothing. */
public final class ScriptedRun implements FreezeBackfill {
  static final String DIGEST = "0123456789abcdef";

  private final List<StepStatus> steps = new ArrayList<>();
  private final List<Decision> decisions = new ArrayList<>();
  private RunState state = RunState.RUNNING;
  private Step step = Step.PREFLIGHT;
  private String verification;
  private String decision = "";

  /** What the export does. */
  @ActivityInterface
  public interface Export {
    @ActivityMethod(name = "ExportChunks")
    void export();
  }

  @Override
  public RunStatus run(JsonNode request, JsonNode carried) {
    if (request.has("refuse")) {
      throw ApplicationFailure.newNonRetryableFailure(
          "lanes must be at most 32", request.get("refuse").asText());
    }
    begin(Step.PREFLIGHT);
    end(StepState.DONE, "12 tables");
    begin(Step.EXPORT);
    Workflow.newActivityStub(
            Export.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(1))
                .setHeartbeatTimeout(Duration.ofSeconds(10))
                .build())
        .export();
    end(StepState.DONE, "1,234 rows");
    if (request.has("park")) {
      begin(Step.IMPORT);
      end(StepState.PARKED, "DatabaseRefused");
      state = RunState.PARKED;
      Workflow.await(() -> !decision.isEmpty());
    } else {
      verification = DIGEST;
      begin(Step.APPROVAL);
      state = RunState.WAITING_FOR_APPROVAL;
      Workflow.await(() -> !decision.isEmpty());
      end(StepState.DONE, decision);
    }
    state = decision.equals("rollback") ? RunState.ROLLED_BACK : RunState.LIVE;
    return status();
  }

  private void begin(Step next) {
    step = next;
    steps.add(new StepStatus(next, StepState.RUNNING, now(), null, ""));
  }

  private void end(StepState ended, String summary) {
    StepStatus begun = steps.remove(steps.size() - 1);
    steps.add(new StepStatus(begun.step(), ended, begun.startedAt(), now(), summary));
  }

  private static String now() {
    return Instant.ofEpochMilli(Workflow.currentTimeMillis()).toString();
  }

  @Override
  public RunStatus status() {
    boolean waits = state == RunState.WAITING_FOR_APPROVAL || state == RunState.PARKED;
    return new RunStatus(
        new RunKey(Workflow.getInfo().getWorkflowId(), Workflow.getInfo().getRunId()),
        state,
        step,
        steps,
        null,
        "2026-11-20T01:00:00Z",
        waits ? "2026-11-20T09:00:00Z" : null,
        verification,
        waits ? "somebody's decision." : "",
        waits ? List.of("temporal workflow update execute --name approveGoLive") : List.of(),
        List.of(Finding.warning("public.units", "has no primary key", "add one")),
        decisions);
  }

  @Override
  public String approveGoLive(JsonNode input) {
    return decide("approve", input);
  }

  @Override
  public void checkApproveGoLive(JsonNode input) {
    if (!DIGEST.equals(input.path("verification").asText())) {
      throw ApplicationFailure.newNonRetryableFailure("names another digest", "NotNow");
    }
  }

  @Override
  public String rollback(JsonNode input) {
    return decide("rollback", input);
  }

  private String decide(String what, JsonNode input) {
    decision = what;
    decisions.add(new Decision(what, input.get("by").asText(), now(), true, ""));
    return "decided: " + what;
  }

  @Override
  public void checkRollback(JsonNode input) {}

  @Override
  public String retryStep(JsonNode input) {
    return decide("retry", input);
  }

  @Override
  public void checkRetryStep(JsonNode input) {}

  @Override
  public String pause(JsonNode input) {
    return "";
  }

  @Override
  public void checkPause(JsonNode input) {}

  @Override
  public String resume(JsonNode input) {
    return "";
  }

  @Override
  public void checkResume(JsonNode input) {}

  @Override
  public String extendDeadline(JsonNode input) {
    return "";
  }

  @Override
  public void checkExtendDeadline(JsonNode input) {}

  @Override
  public void signalApproveGoLive(JsonNode input) {}

  @Override
  public void signalRollback(JsonNode input) {}

  @Override
  public void signalRetryStep(JsonNode input) {}

  @Override
  public void signalPause(JsonNode input) {}

  @Override
  public void signalResume(JsonNode input) {}

  @Override
  public void signalExtendDeadline(JsonNode input) {}
}
