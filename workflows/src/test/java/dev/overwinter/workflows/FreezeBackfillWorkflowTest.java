package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.workflows.status.Dashboard;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import dev.overwinter.workflows.steps.Finding;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class FreezeBackfillWorkflowTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE_LANE = "{\"copy\":{\"lanes\":1}}";
  private static final List<String> FORWARD =
      List.of(
          "preflight",
          "guardTarget",
          "raiseFreeze",
          "planChunks",
          "exportChunks",
          "completeArchive",
          "proveFreeze",
          "createUsers",
          "writeMapping",
          "planRemap",
          "putAside",
          "planChunks",
          "importChunks",
          "completeLoad",
          "proveFreeze",
          "verify");

  private final ScriptedSteps steps = new ScriptedSteps();
  private TestWorkflowEnvironment environment;
  private WorkflowClient client;
  private WorkflowStub run;

  @BeforeEach
  void start() {
    environment = TestWorkflowEnvironment.newInstance();
    Worker worker =
        environment.newWorker(
            FreezeBackfill.TASK_QUEUE,
            // A cancellation reaches an activity with its next heartbeat.
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(200))
                .build());
    worker.registerWorkflowImplementationTypes(FreezeBackfillWorkflow.class);
    worker.registerActivitiesImplementations(steps);
    environment
        .newWorker(
            FreezeBackfill.queueOfLanes(FreezeBackfill.TASK_QUEUE), worker.getWorkerOptions())
        .registerActivitiesImplementations(steps);
    environment.start();
    client = environment.getWorkflowClient();
    run =
        client.newUntypedWorkflowStub(
            FreezeBackfill.TYPE,
            WorkflowOptions.newBuilder()
                .setTaskQueue(FreezeBackfill.TASK_QUEUE)
                .setWorkflowId("night-1")
                .build());
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  @Test
  void a_night_goes_through_all_steps_in_order_and_ends_live() throws Exception {
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);

    assertThat(steps.calls()).containsExactlyElementsOf(FORWARD);
    RunStatus waiting = status();
    assertThat(waiting.verification()).isEqualTo(ScriptedSteps.DIGEST);
    assertThat(waiting.frozenSince()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(waiting.nextCommands().get(0))
        .contains(
            "--workflow-id night-1 --name approveGoLive", "\"verification\":\"c0ffee00c0ff\"");

    assertThat(update("approveGoLive", "{\"by\":\"ann\",\"verification\":\"c0ffee00c0ff\"}"))
        .isEqualTo("Approved; going live.");
    RunStatus end = run.getResult(RunStatus.class);

    assertThat(end.state()).isEqualTo(RunState.LIVE);
    assertThat(end.steps()).allSatisfy(step -> assertThat(step.state()).isEqualTo(StepState.DONE));
    assertThat(end.decisions()).extracting(Decision::who).containsExactly("ann");
    assertThat(steps.calls().subList(FORWARD.size(), steps.calls().size()))
        .containsExactly("makeFreezePermanent", "releaseTarget", "writeReport");
    assertThat(steps.reported().state()).isEqualTo(RunState.LIVE);
    replay();
  }

  @Test
  void jobs_that_lifting_the_freeze_could_not_resume_are_named_once() throws Exception {
    steps.jobsStayPaused(7L, 12L);
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("rollback", "{\"by\":\"ann\"}");

    assertThat(run.getResult(RunStatus.class).findings())
        .filteredOn(finding -> finding.object().equals("pg_cron"))
        .singleElement()
        .extracting(Finding::message)
        .asString()
        .contains("could not be resumed: 7, 12.");
  }

  @Test
  void lanes_run_side_by_side_and_history_does_not_grow_with_chunks() throws Exception {
    run.start(json("{\"copy\":{\"lanes\":32}}"));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);

    assertThat(steps.calls().stream().filter("importChunks"::equals)).hasSize(30);
    assertThat(client.fetchHistory("night-1").getEvents().size()).isLessThan(600);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null|the request is missing",
        "[]|must be a JSON object, not a list",
        "{\"shemas\":[\"public\"]}|shemas is not known here: did you mean schemas?",
        "{\"freeze\":{\"leese\":\"PT1M\"}}|freeze.leese is not known here: did you mean lease?",
        "{\"copy\":{\"lanes\":0}}|copy.lanes must be a whole number from 1 to 32, not 0",
        "{\"users\":{\"classes\":{\"sso\":\"drop\"}}}|users.classes.sso must be one of carry,",
        "{\"approval\":{\"timeout\":\"2h\"}}|approval.timeout must be an ISO 8601 duration",
      })
  void a_wrong_request_ends_the_run_at_once_and_names_the_mistake(String request, String expected)
      throws Exception {
    run.start(request.equals("null") ? null : json(request));

    assertThatThrownBy(() -> run.getResult(RunStatus.class))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("InvalidRequest"))
        .hasMessageContaining(expected);
    assertThat(steps.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PT1H, PT0S", "PT0S, P7D", "P30D, P2D"})
  void a_timeout_that_would_end_the_run_without_a_way_back_is_refused(
      Duration execution, Duration once) throws Exception {
    WorkflowStub limited =
        client.newUntypedWorkflowStub(
            FreezeBackfill.TYPE,
            WorkflowOptions.newBuilder()
                .setTaskQueue(FreezeBackfill.TASK_QUEUE)
                .setWorkflowId("limited")
                .setWorkflowExecutionTimeout(execution.isZero() ? null : execution)
                .setWorkflowRunTimeout(once.isZero() ? null : once)
                .build());
    limited.start(json("{\"nonsense\":1}"));

    assertThatThrownBy(() -> limited.getResult(RunStatus.class))
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("InvalidRequest"))
        .hasMessageContainingAll(
            "nonsense", "without --execution-timeout and --run-timeout", "freeze.window");
    assertThat(steps.calls()).isEmpty();
  }

  @Test
  void all_mistakes_of_a_request_are_listed_together() throws Exception {
    run.start(json("{\"copy\":{\"lanes\":\"many\"},\"schemas\":[],\"nonsense\":1}"));

    assertThatThrownBy(() -> run.getResult(RunStatus.class))
        .cause()
        .hasMessageContainingAll("copy.lanes", "schemas", "nonsense");
  }

  @Test
  void blockers_of_preflight_end_the_run_before_anything_is_touched() throws Exception {
    steps.preflightFinds(Finding.blocker("public.units", "has rows.", "Empty it."));
    run.start(json(ONE_LANE));

    assertThatThrownBy(() -> run.getResult(RunStatus.class))
        .cause()
        .hasMessageContaining("public.units: has rows. Empty it.");
    assertThat(steps.calls()).containsExactly("preflight");
    replay();
  }

  @Test
  void a_permanent_failure_parks_the_run_and_a_retry_goes_on() throws Exception {
    steps.failOnce("createUsers", FailureType.USERS_QUARANTINED, "2 users need a decision");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.PARKED);

    assertThat(status().waitingFor()).contains("UsersQuarantined: 2 users need a decision");
    assertThat(status().nextCommands().get(0)).contains("retryStep");
    update("retryStep", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    assertThat(steps.calls().stream().filter("createUsers"::equals)).hasSize(2);
    replay();
  }

  @Test
  void what_was_written_during_the_export_is_found_before_anybody_gets_an_account()
      throws Exception {
    steps.failOnce("proveFreeze", FailureType.SOURCE_NOT_FROZEN, "public.units was rewritten");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.PARKED);

    assertThat(status().step()).isEqualTo(Step.EXPORT);
    assertThat(steps.calls()).endsWith("proveFreeze").doesNotContain("createUsers");
  }

  @Test
  void a_transient_failure_is_tried_again_without_anybody() throws Exception {
    steps.failOnce("planRemap", FailureType.DATABASE_UNAVAILABLE, "gone");
    run.start(json(ONE_LANE));

    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    assertThat(steps.calls().stream().filter("planRemap"::equals)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "raiseFreeze",
        "exportChunks",
        "createUsers",
        "planRemap",
        "putAside",
        "importChunks",
        "completeLoad",
        "verify"
      })
  void a_rollback_during_any_step_releases_the_source_before_all_else(String atWork)
      throws Exception {
    steps.block(atWork);
    run.start(json(ONE_LANE));
    steps.awaitReached(atWork);
    int before = steps.calls().size();

    update("rollback", "{\"by\":\"ann\",\"reason\":\"too slow\"}");
    RunStatus end = run.getResult(RunStatus.class);

    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(steps.calls().subList(before, steps.calls().size()))
        .containsExactly(
            "liftFreeze", "liftFreeze", "undoUsers", "emptyTarget", "liftFreeze", "writeReport");
    assertThat(end.decisions().get(0).note()).isEqualTo("too slow");
    replay();
  }

  @Test
  void a_rollback_while_parked_or_waiting_for_approval_works_too() throws Exception {
    steps.failOnce("verify", FailureType.VERIFICATION_FAILED, "differs");
    run.start(json("{\"copy\":{\"lanes\":1},\"rollback\":{\"keepArchive\":false}}"));
    awaitStatus(status -> status.state() == RunState.PARKED);
    update("retryStep", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);

    run.signal("rollback", json("{\"by\":\"ann\"}"));

    assertThat(run.getResult(RunStatus.class).state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(steps.calls())
        .endsWith(
            "liftFreeze",
            "liftFreeze",
            "undoUsers",
            "emptyTarget",
            "removeArchive",
            "liftFreeze",
            "writeReport")
        .doesNotContain("releaseTarget");
  }

  @Test
  void a_rollback_while_the_freeze_is_made_permanent_never_releases_the_target() throws Exception {
    steps.block("makeFreezePermanent");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("approveGoLive", "{\"by\":\"ann\",\"verification\":\"c0ffee00c0ff\"}");
    steps.awaitReached("makeFreezePermanent");

    update("rollback", "{\"by\":\"bob\"}");

    assertThat(run.getResult(RunStatus.class).state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(steps.calls()).contains("liftFreeze").doesNotContain("releaseTarget");
    replay();
  }

  @Test
  void a_rollback_that_fails_parks_and_goes_on_after_a_retry() throws Exception {
    steps.failOnce("undoUsers", FailureType.IDENTITY_REFUSED, "wrong key");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("rollback", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.PARKED);

    assertThat(status().waitingFor()).contains("removing the accounts failed", "wrong key");
    assertThat(status().nextCommands()).hasSize(1);
    update("retryStep", "{\"by\":\"ann\"}");

    assertThat(run.getResult(RunStatus.class).state()).isEqualTo(RunState.ROLLED_BACK);
  }

  @Test
  void a_freeze_that_comes_late_is_lifted_at_the_end_and_told_of() throws Exception {
    steps.failOnce("emptyTarget", FailureType.DATABASE_REFUSED, "no");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("rollback", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.PARKED);
    steps.freezeComesLate();
    update("retryStep", "{\"by\":\"ann\"}");

    assertThat(run.getResult(RunStatus.class).findings())
        .extracting(Finding::message)
        .contains("The source was frozen again by a late attempt; lifted.");
  }

  @Test
  void a_source_out_of_reach_at_the_very_end_does_not_keep_the_run_from_ending() throws Exception {
    steps.failOnce("emptyTarget", FailureType.DATABASE_REFUSED, "no");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("rollback", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.PARKED);
    steps.failOnce("liftFreeze", FailureType.ACCESS_DENIED, "the source refuses the password");
    update("retryStep", "{\"by\":\"ann\"}");

    RunStatus end = run.getResult(RunStatus.class);
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(end.findings())
        .extracting(Finding::remedy)
        .anyMatch(remedy -> remedy.contains("overwinter unfreeze"));
  }

  @Test
  void cancelling_the_workflow_rolls_back_and_ends_cancelled() throws Exception {
    steps.block("importChunks");
    run.start(json(ONE_LANE));
    steps.awaitReached("importChunks");

    run.cancel();

    assertThatThrownBy(() -> run.getResult(RunStatus.class))
        .cause()
        .isInstanceOf(CanceledFailure.class);
    assertThat(steps.calls())
        .endsWith("liftFreeze", "undoUsers", "emptyTarget", "liftFreeze", "writeReport");
    assertThat(client.newUntypedWorkflowStub("night-1").describe().getStatus())
        .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
    replay();
  }

  @Test
  void a_lapsed_lease_rolls_back_and_can_never_go_live() throws Exception {
    steps.block("importChunks");
    run.start(json(ONE_LANE));
    steps.awaitReached("importChunks");

    steps.leaseLapses();

    RunStatus end = run.getResult(RunStatus.class);
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(end.decisions().get(0).note()).contains("LeaseLapsed");
  }

  @Test
  void an_approval_must_name_the_verified_digest() throws Exception {
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);

    assertRejected("approveGoLive", "{\"by\":\"ann\"}", "verification is missing");
    assertRejected("approveGoLive", "{\"verification\":\"c0ffee00\"}", "by is missing");
    assertRejected(
        "approveGoLive", "{\"by\":\"ann\",\"verification\":\"deadbeef00\"}", "not the digest");
    assertRejected("approveGoLive", "{\"by\":\"ann\",\"verification\":\"c0\"}", "first 8");
    assertRejected(
        "approveGoLive",
        "{\"by\":\"a\",\"verifikation\":\"c0ffee00\"}",
        "did you mean verification?");
    assertThat(status().state()).isEqualTo(RunState.WAITING_FOR_APPROVAL);
  }

  @Test
  void orders_in_the_wrong_step_are_rejected_and_wrong_signals_are_shown() throws Exception {
    steps.block("exportChunks");
    run.start(json(ONE_LANE));
    steps.awaitReached("exportChunks");

    assertRejected(
        "approveGoLive",
        "{\"by\":\"ann\",\"verification\":\"c0ffee00\"}",
        "does not wait for approval");
    assertRejected("retryStep", "{\"by\":\"ann\"}", "no step is parked");
    assertRejected("resume", "{\"by\":\"ann\"}", "not paused");
    run.signal("approve-go-live", json("{\"by\":\"bob\",\"verification\":\"c0ffee00\"}"));
    run.signal("rollback", json("{\"bye\":\"bob\"}"));
    run.signal("roll-back-now", json("{}"));
    awaitStatus(status -> status.decisions().size() == 3);

    assertThat(status().decisions())
        .allSatisfy(decision -> assertThat(decision.obeyed()).isFalse());
    assertThat(status().decisions().get(1).note()).contains("did you mean by?");
    assertThat(status().decisions().get(2).what()).isEqualTo("signal roll-back-now");
    assertThat(status().state()).isEqualTo(RunState.RUNNING);
  }

  @Test
  void nobody_approving_in_time_rolls_back() throws Exception {
    steps.leaseIsNotHeld();
    run.start(json("{\"copy\":{\"lanes\":1},\"approval\":{\"timeout\":\"PT30S\"}}"));
    RunStatus end = run.getResult(RunStatus.class);

    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(end.decisions().get(0).note()).isEqualTo("nobody approved in time");
  }

  @Test
  void an_overdue_approval_waits_on_where_the_request_says_so() throws Exception {
    steps.leaseIsNotHeld();
    run.start(
        json(
            "{\"copy\":{\"lanes\":1},\"approval\":{\"timeout\":\"PT30S\",\"afterTimeout\":\"wait\"},"
                + "\"freeze\":{\"window\":\"PT2M\",\"afterWindow\":\"wait\"}}"));
    environment.sleep(Duration.ofMinutes(10));
    awaitStatus(status -> status.waitingFor().startsWith("OVERDUE"));

    assertThat(status().decisions()).extracting(Decision::what).containsExactly("alarm");
    update("approveGoLive", "{\"by\":\"ann\",\"verification\":\"c0ffee00c0ff\"}");
    assertThat(run.getResult(RunStatus.class).state()).isEqualTo(RunState.LIVE);
  }

  @Test
  void the_end_of_the_frozen_window_rolls_back_unless_it_is_extended() throws Exception {
    steps.leaseIsNotHeld();
    run.start(
        json(
            "{\"copy\":{\"lanes\":1},\"approval\":{\"timeout\":\"P20D\"},\"freeze\":{\"window\":\"PT1H\"}}"));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    assertRejected("extendDeadline", "{\"by\":\"ann\",\"for\":\"soon\"}", "ISO 8601");
    update("extendDeadline", "{\"by\":\"ann\",\"for\":\"PT2H\"}");
    environment.sleep(Duration.ofHours(2));
    assertThat(status().state()).isEqualTo(RunState.WAITING_FOR_APPROVAL);

    RunStatus end = run.getResult(RunStatus.class);

    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(end.decisions().get(1).note()).contains("window ended");
  }

  @Test
  void a_paused_run_stops_before_the_next_step() throws Exception {
    steps.failOnce("planRemap", FailureType.REFERENCES_UNSETTLED, "settle");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.PARKED);
    update("pause", "{\"by\":\"ann\"}");
    update("retryStep", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.PAUSED);

    assertThat(status().step()).isEqualTo(Step.IMPORT);
    assertThat(steps.calls()).endsWith("planRemap");
    update("resume", "{\"by\":\"ann\"}");
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
  }

  @Test
  void once_the_target_may_be_open_nothing_leads_back() throws Exception {
    steps.failOnce("releaseTarget", FailureType.DATABASE_REFUSED, "no");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.WAITING_FOR_APPROVAL);
    update("approveGoLive", "{\"by\":\"ann\",\"verification\":\"c0ffee00c0ff\"}");
    awaitStatus(status -> status.state() == RunState.PARKED);

    assertRejected("rollback", "{\"by\":\"ann\"}", "both sides would take writes");
    run.cancel();
    awaitStatus(status -> status.decisions().size() == 2);
    update("retryStep", "{\"by\":\"ann\"}");

    // Temporal closes a run as cancelled once that was asked for, whatever the run did instead.
    assertThatThrownBy(() -> run.getResult(RunStatus.class))
        .cause()
        .isInstanceOf(CanceledFailure.class);
    assertThat(steps.reported().state()).isEqualTo(RunState.LIVE);
    assertThat(steps.calls()).doesNotContain("liftFreeze");
  }

  @Test
  void the_web_ui_shows_what_to_do_next() throws Exception {
    steps.failOnce("verify", FailureType.VERIFICATION_FAILED, "public.units | differs");
    run.start(json(ONE_LANE));
    awaitStatus(status -> status.state() == RunState.PARKED);

    String details = Dashboard.markdown(status(), Instant.parse("2026-01-01T00:00:05Z"));
    assertThat(details)
        .contains(
            "## WAITING FOR OPERATOR: verify failed",
            "public.units | differs",
            """
            In this web UI: **More Actions**, **Send an Update**, Name `retryStep`, Data:

            ```
            {
              "by": "YOUR NAME"
            }
            ```
            """,
            """
            temporal workflow update execute \\
              --workflow-id night-1 \\
              --name retryStep \\
              --input '{"by":"YOUR NAME"}'
            """,
            "As of 00:00:05 UTC on 1 January 2026.");
  }

  private void replay() throws Exception {
    WorkflowExecutionHistory history = client.fetchHistory("night-1");
    WorkflowReplayer.replayWorkflowExecution(history, FreezeBackfillWorkflow.class);
  }

  private void assertRejected(String name, String input, String expected) {
    assertThatThrownBy(() -> update(name, input))
        .isInstanceOf(WorkflowUpdateException.class)
        .cause()
        .hasMessageContaining(expected);
  }

  private String update(String name, String input) throws Exception {
    return run.update(name, String.class, json(input));
  }

  private RunStatus status() {
    return run.query("status", RunStatus.class);
  }

  private void awaitStatus(Predicate<RunStatus> wanted) throws InterruptedException {
    while (!wanted.test(status())) {
      Thread.sleep(20);
    }
  }

  private static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }
}
