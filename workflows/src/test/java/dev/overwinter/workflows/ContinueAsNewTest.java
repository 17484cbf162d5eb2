package dev.overwinter.workflows;

import static dev.overwinter.workflows.ScriptedNight.APPROVAL;
import static dev.overwinter.workflows.ScriptedNight.ONE_LANE;
import static dev.overwinter.workflows.ScriptedNight.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepState;
import io.temporal.client.WorkflowFailedException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose history has grown long goes on in a next execution as if nothing had happened. */
@Timeout(240)
final class ContinueAsNewTest {
  /** More events than a night has, so that only chatter makes it continue. */
  private static final long LONG = 160;

  private ScriptedNight night = new ScriptedNight(new LongHistory(LONG));

  @AfterEach
  void stop() {
    night.close();
  }

  @Test
  void between_steps_a_run_continues_without_repeating_any() throws Exception {
    night.close();
    night = new ScriptedNight(new LongHistory(20));
    night.start(json(ONE_LANE));
    String first = night.execution();
    while (!night.steps.calls().contains("verify")) {
      // No query meanwhile: the test server loses those that come while a run continues.
      Thread.sleep(20);
    }
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("approveGoLive", APPROVAL);
    RunStatus end = night.result();

    assertThat(end.state()).isEqualTo(RunState.LIVE);
    assertThat(night.execution()).isNotEqualTo(first);
    assertThat(end.run().runId()).isEqualTo(first).isEqualTo(waiting.run().runId());
    assertThat(end.steps()).allSatisfy(step -> assertThat(step.state()).isEqualTo(StepState.DONE));
    assertThat(night.steps.calls()).hasSize(19);
    assertThat(timesCalled("preflight", "raiseFreeze", "exportChunks", "createUsers", "verify"))
        .containsOnly(1);
    assertThat(timesCalled("importChunks", "makeFreezePermanent", "releaseTarget", "writeReport"))
        .containsOnly(1);
    night.replay();
  }

  @Test
  void while_it_waits_for_approval() throws Exception {
    night.start(json(ONE_LANE));
    RunStatus before = night.await(RunState.WAITING_FOR_APPROVAL);

    night.chatter();

    RunStatus after = night.status();
    assertThat(after).usingRecursiveComparison().ignoringFields("decisions").isEqualTo(before);
    assertThat(after.decisions()).isNotEmpty();
    night.assertRejected("retryStep", "{\"by\":\"ann\"}", "no step is parked");
    night.update("approveGoLive", APPROVAL);
    assertThat(night.result().state()).isEqualTo(RunState.LIVE);
    assertThat(timesCalled("verify")).containsOnly(1);
    night.replay();
  }

  @Test
  void while_a_step_is_parked() throws Exception {
    night.steps.failOnce("createUsers", FailureType.USERS_QUARANTINED, "2 users need a decision");
    night.start(json(ONE_LANE));
    RunStatus before = night.await(RunState.PARKED);

    night.chatter();

    assertThat(night.status())
        .usingRecursiveComparison()
        .ignoringFields("decisions")
        .isEqualTo(before);
    night.update("retryStep", "{\"by\":\"ann\"}");
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
    assertThat(timesCalled("exportChunks")).containsOnly(1);
    assertThat(timesCalled("createUsers")).containsOnly(2);
    // The step's time runs from its first attempt, in the execution before.
    assertThat(waiting.steps().get(Step.CREATE_USERS.ordinal()).startedAt())
        .isEqualTo(before.steps().get(Step.CREATE_USERS.ordinal()).startedAt());
    night.replay();
  }

  @Test
  void while_it_is_paused() throws Exception {
    night.steps.failOnce("planRemap", FailureType.REFERENCES_UNSETTLED, "settle");
    night.start(json(ONE_LANE));
    night.await(RunState.PARKED);
    night.update("pause", "{\"by\":\"ann\"}");
    night.update("retryStep", "{\"by\":\"ann\"}");
    night.await(RunState.PAUSED);

    night.chatter();

    assertThat(night.await(RunState.PAUSED).step()).isEqualTo(Step.IMPORT);
    night.update("resume", "{\"by\":\"ann\"}");
    night.await(RunState.WAITING_FOR_APPROVAL);
    assertThat(timesCalled("importChunks")).containsOnly(1);
  }

  @Test
  void again_and_again() throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);

    for (int i = 0; i < 3; i++) {
      night.chatter();
    }

    assertThat(night.status().decisions()).hasSize(100);
    night.update("approveGoLive", APPROVAL);
    assertThat(night.result().state()).isEqualTo(RunState.LIVE);
    night.replay();
  }

  @Test
  void a_rollback_after_continuing_takes_everything_back() throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.chatter();

    night.update("rollback", "{\"by\":\"ann\",\"reason\":\"too slow\"}");

    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(night.steps.calls())
        .endsWith(
            "liftFreeze", "liftFreeze", "undoUsers", "emptyTarget", "liftFreeze", "writeReport");
    night.replay();
  }

  @Test
  void a_cancellation_after_continuing_rolls_back() throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.chatter();

    night.run().cancel();

    assertThatThrownBy(night::result).cause().isInstanceOf(CanceledFailure.class);
    assertThat(night.steps.reported().state()).isEqualTo(RunState.ROLLED_BACK);
  }

  @Test
  void while_the_way_back_is_parked() throws Exception {
    night.steps.failOnce("emptyTarget", FailureType.DATABASE_REFUSED, "no");
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("rollback", "{\"by\":\"ann\"}");
    RunStatus before = night.await(RunState.PARKED);

    night.chatter();

    RunStatus after = night.status();
    assertThat(after).usingRecursiveComparison().ignoringFields("decisions").isEqualTo(before);
    night.assertRejected("rollback", "{\"by\":\"ann\"}", "rolling back already");
    night.update("retryStep", "{\"by\":\"ann\"}");
    assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(timesCalled("liftFreeze")).containsOnly(3);
    assertThat(timesCalled("emptyTarget")).containsOnly(2);
    assertThat(timesCalled("undoUsers", "writeReport")).containsOnly(1);
    night.replay();
  }

  @Test
  void a_way_back_that_has_continued_is_not_cut_off_by_a_cancellation() throws Exception {
    night.steps.failOnce("undoUsers", FailureType.IDENTITY_REFUSED, "wrong key");
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("rollback", "{\"by\":\"ann\"}");
    night.await(RunState.PARKED);
    night.chatter();

    night.run().cancel();
    night.update("retryStep", "{\"by\":\"ann\"}");

    assertThatThrownBy(night::result).cause().isInstanceOf(CanceledFailure.class);
    assertThat(night.steps.reported().state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(timesCalled("emptyTarget")).containsOnly(1);
  }

  @Test
  void a_cancelled_run_never_continues_so_that_its_way_back_is_not_cut_off() throws Exception {
    night.steps.failOnce("emptyTarget", FailureType.DATABASE_REFUSED, "no");
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.run().cancel();
    night.await(RunState.PARKED);
    String only = night.execution();
    for (int i = 0; i < LONG; i++) {
      night.signal("chatter", "{}");
    }

    night.update("retryStep", "{\"by\":\"ann\"}");

    assertThatThrownBy(night::result).cause().isInstanceOf(CanceledFailure.class);
    assertThat(night.execution()).isEqualTo(only);
    assertThat(timesCalled("emptyTarget")).containsOnly(2);
    night.replay();
  }

  @Test
  void beyond_the_point_of_no_return_nothing_leads_back() throws Exception {
    night.steps.failOnce("releaseTarget", FailureType.DATABASE_REFUSED, "no");
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("approveGoLive", APPROVAL);
    night.await(RunState.PARKED);

    night.chatter();

    night.assertRejected("rollback", "{\"by\":\"ann\"}", "both sides would take writes");
    night.update("retryStep", "{\"by\":\"ann\"}");
    assertThat(night.result().state()).isEqualTo(RunState.LIVE);
    assertThat(night.steps.calls()).doesNotContain("liftFreeze");
    night.replay();
  }

  @Test
  void the_lease_is_taken_up_again_and_its_lapse_still_rolls_back() throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.chatter();

    night.steps.leaseLapses();

    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(latest(end).note()).contains("LeaseLapsed");
    assertThat(night.steps.leases()).isEqualTo(2);
  }

  @Test
  void the_window_ends_when_it_would_have_extensions_included() throws Exception {
    night.steps.leaseIsNotHeld();
    night.start(
        json(
            "{\"copy\":{\"lanes\":1},\"approval\":{\"timeout\":\"P20D\"},\"freeze\":{\"window\":\"PT1H\"}}"));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("extendDeadline", "{\"by\":\"ann\",\"for\":\"PT2H\"}");
    String deadline = night.status().deadline();

    night.chatter();

    assertThat(night.status().deadline()).isEqualTo(deadline);
    night.environment.sleep(Duration.ofMinutes(170));
    assertThat(night.status().state()).isEqualTo(RunState.WAITING_FOR_APPROVAL);
    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(latest(end).note()).contains("window ended");
    assertThat(Duration.between(Instant.parse(deadline), Instant.parse(latest(end).when())))
        .isBetween(Duration.ZERO, Duration.ofMinutes(1));
  }

  @Test
  void approval_is_due_when_it_would_have_been_and_alarms_are_raised_once() throws Exception {
    night.steps.leaseIsNotHeld();
    night.start(
        json(
            "{\"copy\":{\"lanes\":1},\"approval\":{\"timeout\":\"PT1H\",\"afterTimeout\":\"wait\"},"
                + "\"freeze\":{\"window\":\"PT2H\",\"afterWindow\":\"wait\"}}"));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.environment.sleep(Duration.ofMinutes(30));
    night.chatter();
    assertThat(night.status().waitingFor()).doesNotStartWith("OVERDUE");
    night.environment.sleep(Duration.ofMinutes(31));
    night.await(status -> status.waitingFor().startsWith("OVERDUE"));
    night.environment.sleep(Duration.ofHours(2));
    night.await(status -> alarms(status) == 1);

    night.chatter();

    night.environment.sleep(Duration.ofHours(5));
    assertThat(night.status().waitingFor()).startsWith("OVERDUE");
    night.update("approveGoLive", APPROVAL);
    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.LIVE);
    assertThat(alarms(end)).isLessThanOrEqualTo(1);
  }

  @Test
  void no_signal_is_lost_at_the_moment_of_continuing() throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    String first = night.execution();
    int sent = 0;
    // As fast as one can, across the change, fewer than the record keeps.
    while (sent < 90) {
      night.signal("note-" + sent++, "{}");
    }
    night.signal("approve-go-live", APPROVAL);

    RunStatus end = night.result();

    assertThat(end.state()).isEqualTo(RunState.LIVE);
    assertThat(night.execution()).isNotEqualTo(first);
    assertThat(end.decisions())
        .extracting(Decision::what)
        .filteredOn(what -> what.startsWith("signal note-"))
        .hasSize(sent)
        .doesNotHaveDuplicates();
    night.replay();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "7", "\"x\"", "{\"desk\":{\"approved\":true}}"})
  void a_second_input_typed_by_a_person_is_refused_at_once(String second) throws Exception {
    night.start(json(ONE_LANE), json(second));

    assertThatThrownBy(night::result)
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("InvalidRequest"))
        .hasMessageContaining("second input");
    assertThat(night.steps.calls()).isEmpty();
  }

  private List<Integer> timesCalled(String... calls) {
    return List.of(calls).stream()
        .map(call -> Collections.frequency(night.steps.calls(), call))
        .toList();
  }

  private static long alarms(RunStatus status) {
    return status.decisions().stream().filter(said -> said.what().equals("alarm")).count();
  }

  private static Decision latest(RunStatus status) {
    return status.decisions().get(status.decisions().size() - 1);
  }
}
