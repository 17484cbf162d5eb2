package dev.overwinter.workflows;

import static dev.overwinter.workflows.ScriptedNight.APPROVAL;
import static dev.overwinter.workflows.ScriptedNight.ONE_LANE;
import static dev.overwinter.workflows.ScriptedNight.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.ScriptedSteps.Told;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hooks are told of the freeze, and neither the night nor the way back depends on them. */
@Timeout(120)
final class AnnouncementsTest {
  private ScriptedNight night = new ScriptedNight();

  @AfterEach
  void stop() {
    night.close();
  }

  @Test
  void hooks_hear_of_the_freeze_before_it_and_of_its_end_once_the_target_is_released()
      throws Exception {
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);
    night.update("approveGoLive", APPROVAL);
    RunStatus end = night.result();

    assertThat(told(end)).containsExactly("freeze_beginning null", "freeze_ended LIVE");
    assertThat(night.steps.told().get(0).after()).contains("guardTarget");
    assertThat(night.steps.told().get(0).after()).doesNotContain("raiseFreeze");
    assertThat(night.steps.told().get(1).after()).contains("releaseTarget");
    assertThat(end.findings()).isEmpty();
    night.replay();
  }

  @Test
  void a_rollback_tells_of_the_end_once_the_source_is_free_for_good() throws Exception {
    night.steps.block("exportChunks");
    night.start(json(ONE_LANE));
    night.steps.awaitReached("exportChunks");
    night.update("rollback", "{\"by\":\"ann\"}");
    RunStatus end = night.result();

    assertThat(told(end)).containsExactly("freeze_beginning null", "freeze_ended ROLLED_BACK");
    assertThat(night.steps.told().get(1).after().stream().filter("liftFreeze"::equals)).hasSize(2);
    night.replay();
  }

  @Test
  void a_cancelled_workflow_tells_of_the_end_too() throws Exception {
    night.start(json(ONE_LANE));
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
    night.run().cancel();
    night.await(RunState.ROLLED_BACK);
    while (night.steps.told().size() < 2) {
      Thread.sleep(20);
    }

    assertThat(told(waiting)).containsExactly("freeze_beginning null", "freeze_ended ROLLED_BACK");
  }

  @Test
  void a_freeze_that_was_announced_and_never_came_is_called_off() throws Exception {
    night.steps.failOnce("raiseFreeze", FailureType.WRITERS_IN_FLIGHT, "somebody writes");
    night.start(json(ONE_LANE));
    night.await(RunState.PARKED);
    night.update("rollback", "{\"by\":\"ann\"}");

    assertThat(told(night.result()))
        .containsExactly("freeze_beginning null", "freeze_ended ROLLED_BACK");
    night.replay();
  }

  @Test
  void a_rollback_does_not_wait_for_a_hook_that_hangs_and_what_was_begun_is_called_off()
      throws Exception {
    night.steps.block("freeze.beginning");
    night.start(json(ONE_LANE));
    night.steps.awaitReached("freeze.beginning");
    night.update("rollback", "{\"by\":\"ann\"}");
    RunStatus end = night.result();

    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(told(end)).containsExactly("freeze_beginning null", "freeze_ended ROLLED_BACK");
    assertThat(night.steps.calls()).doesNotContain("raiseFreeze");
    night.replay();
  }

  @Test
  void a_step_that_is_tried_again_does_not_announce_again() throws Exception {
    night.steps.failOnce("raiseFreeze", FailureType.WRITERS_IN_FLIGHT, "somebody writes");
    night.start(json(ONE_LANE));
    night.await(RunState.PARKED);
    night.update("retryStep", "{\"by\":\"ann\"}");
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

    assertThat(told(waiting)).containsExactly("freeze_beginning null");
  }

  @Test
  void a_hook_that_refuses_stops_nothing_and_status_and_report_say_so() throws Exception {
    night.steps.failOnce("freeze.beginning", FailureType.HOOK_REFUSED, "hook 1 answered 410.");
    night.steps.failOnce("freeze.ended", FailureType.HOOK_REFUSED, "hook 1 answered 404.");
    night.start(json(ONE_LANE));
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
    assertThat(messages(waiting))
        .containsExactly("freeze.beginning: HookRefused: hook 1 answered 410.");
    night.update("approveGoLive", APPROVAL);
    RunStatus end = night.result();

    assertThat(end.state()).isEqualTo(RunState.LIVE);
    assertThat(messages(end)).contains("freeze.ended: HookRefused: hook 1 answered 404.");
    assertThat(messages(night.steps.reported())).isEqualTo(messages(end));
    night.replay();
  }

  @Test
  void a_hook_that_is_away_holds_the_night_up_for_two_minutes_and_is_told_the_same_each_time()
      throws Exception {
    night.steps.leaseIsNotHeld();
    for (int attempt = 0; attempt < 30; attempt++) {
      night.steps.failOnce("freeze.beginning", FailureType.HOOK_UNAVAILABLE, "hook 1 is away.");
    }
    night.start(json(ONE_LANE));
    night.environment.sleep(Duration.ofMinutes(3));
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

    assertThat(messages(waiting))
        .containsExactly("freeze.beginning: HookUnavailable: hook 1 is away.");
    assertThat(night.steps.told()).hasSizeBetween(6, 10);
    assertThat(night.steps.told()).extracting(Told::announcement).containsOnly(first());
    assertThat(frozenAfter(waiting)).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(3));
  }

  @Test
  void a_run_that_continued_as_new_remembers_what_it_told() throws Exception {
    night.close();
    night = new ScriptedNight(new LongHistory(160));
    night.start(json(ONE_LANE));
    RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
    night.chatter();
    night.update("rollback", "{\"by\":\"ann\"}");
    night.result();

    assertThat(told(waiting)).containsExactly("freeze_beginning null", "freeze_ended ROLLED_BACK");
    night.replay();
  }

  @Test
  void a_run_that_never_came_to_the_freeze_tells_nobody() throws Exception {
    night.steps.preflightFinds(Finding.blocker("x", "is in the way", "move it"));
    night.start(json(ONE_LANE));
    night.await(RunState.REFUSED);

    assertThat(night.steps.told()).isEmpty();
  }

  private Announcement first() {
    return night.steps.told().get(0).announcement();
  }

  /** By their ids, which begin with the run's. */
  private List<String> told(RunStatus status) {
    return night.steps.told().stream()
        .map(Told::announcement)
        .peek(it -> assertThat(it.id()).startsWith(status.run().runId() + "_"))
        .map(it -> it.id().substring(status.run().runId().length() + 1) + " " + it.outcome())
        .toList();
  }

  private static List<String> messages(RunStatus status) {
    return status.findings().stream()
        .filter(finding -> finding.object().equals("hooks"))
        .map(Finding::message)
        .sorted()
        .toList();
  }

  private static Duration frozenAfter(RunStatus status) {
    return Duration.between(
        Instant.parse(status.steps().get(Step.FREEZE.ordinal()).startedAt()),
        Instant.parse(status.steps().get(Step.FREEZE.ordinal()).finishedAt()));
  }
}
