package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.workflows.status.LaterState;
import dev.overwinter.workflows.status.LaterStatus;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BackfillLaterWorkflowTest {
  private static final List<String> FORWARD =
      List.of(
          "openLater",
          "proveFreeze",
          "planChunks",
          "exportChunks",
          "completeArchive",
          "planRemap",
          "loadLater",
          "proveFreeze",
          "verifyLater",
          "closeLater");

  private final ScriptedSteps steps = new ScriptedSteps();
  private final ScriptedLater later = new ScriptedLater(steps);
  private TestWorkflowEnvironment environment;
  private WorkflowClient client;
  private WorkflowStub run;

  @BeforeEach
  void start() {
    environment = TestWorkflowEnvironment.newInstance();
    Worker worker =
        environment.newWorker(
            FreezeBackfill.TASK_QUEUE,
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(200))
                .build());
    worker.registerWorkflowImplementationTypes(BackfillLaterWorkflow.class);
    worker.registerActivitiesImplementations(steps, later);
    environment
        .newWorker(
            FreezeBackfill.queueOfLanes(FreezeBackfill.TASK_QUEUE), worker.getWorkerOptions())
        .registerActivitiesImplementations(steps, later);
    environment.start();
    client = environment.getWorkflowClient();
    run =
        client.newUntypedWorkflowStub(
            BackfillLater.TYPE,
            WorkflowOptions.newBuilder()
                .setTaskQueue(FreezeBackfill.TASK_QUEUE)
                .setWorkflowId("later-1")
                .build());
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  private void begin(String request) throws Exception {
    run.start(ScriptedNight.json(request));
  }

  private void begin() throws Exception {
    begin("{\"run\":\"night\"}");
  }

  private LaterStatus await(Predicate<LaterStatus> wanted) throws InterruptedException {
    while (true) {
      LaterStatus status = run.query("status", LaterStatus.class);
      if (wanted.test(status)) {
        return status;
      }
      Thread.sleep(20);
    }
  }

  private String update(String name, String input) throws Exception {
    return run.update(name, String.class, ScriptedNight.json(input));
  }

  private void replay() throws Exception {
    WorkflowReplayer.replayWorkflowExecution(
        client.fetchHistory("later-1"), BackfillLaterWorkflow.class);
  }

  @Test
  void a_run_goes_through_all_steps_in_order() throws Exception {
    begin();
    LaterStatus end = run.getResult(LaterStatus.class);

    assertThat(end.state()).isEqualTo(LaterState.CARRIED);
    assertThat(end.of()).isEqualTo("night");
    assertThat(end.tables()).containsExactly("public.history");
    assertThat(end.steps()).allSatisfy(step -> assertThat(step.state()).isEqualTo(StepState.DONE));
    assertThat(end.nextCommands()).isEmpty();
    assertThat(steps.calls()).containsExactlyElementsOf(FORWARD);
    replay();
  }

  @Test
  void everything_that_is_wrong_with_a_request_is_told_and_nothing_is_touched() throws Exception {
    begin("{\"tables\":{\"history\":{\"colums\":{}}},\"copy\":{\"lanes\":0}}");

    assertThatThrownBy(() -> run.getResult(LaterStatus.class))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure ->
                assertThat(failure.getOriginalMessage())
                    .contains(
                        "run is missing: the workflow id of the run that went live",
                        "tables.history must be a table of the source as schema.table",
                        "tables.history.colums is not known here: did you mean columns?",
                        "copy.lanes must be a whole number"));
    assertThat(steps.calls()).isEmpty();
    replay();
  }

  @Test
  void what_stands_in_the_way_ends_it_before_anything_is_touched() throws Exception {
    later.finds(Finding.blocker("night", "The run has not gone live.", "Wait."));
    begin();

    assertThatThrownBy(() -> run.getResult(LaterStatus.class))
        .cause()
        .hasMessageContaining("night: The run has not gone live. Wait.");
    assertThat(steps.calls()).containsExactly("openLater");
    replay();
  }

  @Test
  void a_step_that_fails_parks_until_somebody_says_retry() throws Exception {
    steps.failOnce("loadLater", FailureType.ROWS_REFUSED, "public.history: a key is taken");
    begin();
    LaterStatus parked = await(status -> status.state() == LaterState.PARKED);

    assertThat(parked.waitingFor())
        .isEqualTo("Step \"import\" failed: RowsRefused: public.history: a key is taken");
    assertThat(parked.nextCommands())
        .satisfiesExactly(
            retry -> assertThat(retry).contains("--workflow-id later-1 --name retryStep"),
            back -> assertThat(back).contains("--name rollback"));
    assertThatThrownBy(() -> update("retryStep", "{}"))
        .isInstanceOf(WorkflowUpdateException.class)
        .cause()
        .hasMessageContaining("by is missing");
    assertThat(update("retryStep", "{\"by\":\"ann\"}")).isEqualTo("Trying the step again.");

    assertThat(run.getResult(LaterStatus.class).state()).isEqualTo(LaterState.CARRIED);
    assertThat(steps.calls()).filteredOn("loadLater"::equals).hasSize(2);
    replay();
  }

  @Test
  void what_does_not_verify_is_not_counted_as_carried() throws Exception {
    later.verdictIs(Verdict.FAILED);
    begin();
    await(status -> status.state() == LaterState.PARKED);
    assertThat(steps.calls()).doesNotContain("closeLater");

    update("rollback", "{\"by\":\"ann\",\"reason\":\"it differs\"}");
    LaterStatus end = run.getResult(LaterStatus.class);

    assertThat(end.state()).isEqualTo(LaterState.ROLLED_BACK);
    assertThat(end.findings())
        .extracting(Finding::message)
        .contains(
            "1,200 rows removed; 3 that the application has changed or removed since were left to"
                + " it.");
    assertThat(end.decisions().get(0).note()).isEqualTo("it differs");
    replay();
  }

  @Test
  void a_rollback_waits_for_the_step_at_work_and_may_itself_park() throws Exception {
    steps.block("loadLater");
    steps.failOnce("undoLater", FailureType.ROWS_REFUSED, "public.history: referred to");
    begin();
    steps.awaitReached("loadLater");
    run.signal("rollback", ScriptedNight.json("{\"by\":\"ann\"}"));
    LaterStatus parked = await(status -> status.state() == LaterState.PARKED);

    assertThat(parked.waitingFor()).contains("Rolling back failed. RowsRefused");
    assertThat(parked.nextCommands()).singleElement().asString().contains("retryStep");
    update("retryStep", "{\"by\":\"ann\"}");
    assertThat(run.getResult(LaterStatus.class).state()).isEqualTo(LaterState.ROLLED_BACK);
    replay();
  }

  @Test
  void a_cancelled_run_rolls_back_and_a_strange_signal_is_shown() throws Exception {
    steps.block("exportChunks");
    begin();
    steps.awaitReached("exportChunks");
    run.signal("approve-go-live", ScriptedNight.json("{}"));
    assertThat(await(status -> !status.decisions().isEmpty()).decisions().get(0).note())
        .isEqualTo("not known; known are rollback, retry-step");
    run.cancel();

    assertThatThrownBy(() -> run.getResult(LaterStatus.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasCauseInstanceOf(CanceledFailure.class);
    assertThat(steps.calls()).endsWith("undoLater");
    replay();
  }

  @Test
  void nobody_goes_back_once_the_tables_count_as_carried() throws Exception {
    steps.failOnce("closeLater", FailureType.PRIVILEGE_MISSING, "analyze");
    begin();
    LaterStatus parked = await(status -> status.state() == LaterState.PARKED);

    assertThat(parked.nextCommands()).singleElement().asString().contains("retryStep");
    assertThatThrownBy(() -> update("rollback", "{\"by\":\"ann\"}"))
        .cause()
        .hasMessageContaining("the tables count as carried already");
    update("retryStep", "{\"by\":\"ann\"}");
    assertThat(run.getResult(LaterStatus.class).state()).isEqualTo(LaterState.CARRIED);
    replay();
  }
}
