package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.command.Answer;
import dev.overwinter.sandbox.command.Doors;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The source is frozen and the run that froze it is gone: nobody will lift it. */
@OnRealTemporal
@Timeout(300)
class LostRunTest {
  private static final Duration LEASE = Duration.ofSeconds(20);

  /** The application tries each table of it so often. */
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

  @TempDir Path directory;

  @Test
  void the_source_of_a_terminated_run_frees_itself_within_the_lease_and_tells_why()
      throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      TypingOperator operator = new TypingOperator(temporal, night.stage.temporal(), directory);
      freezeAndPause(night);

      operator.obeyed("temporal workflow terminate --workflow-id night --reason 'wrong window'");
      Instant terminated = Instant.now();
      Answer atOnce = unfreeze(night);
      awaitWrites(night, terminated);

      assertThat(Instant.now()).isBefore(terminated.plus(LEASE).plus(BETWEEN_TRIES));
      assertThat(atOnce.exitCode()).isEqualTo(1);
      assertThat(atOnce.errors())
          .contains("raised by workflow night", "its lease runs until", "unfreeze --force");
      assertThat(Files.readString(directory.resolve("logs/worker.out")))
          .contains("HoldLease breaks off: Temporal does not know this attempt any more");
      Answer later = unfreeze(night);
      assertThat(later.exitCode()).as(later.all()).isZero();
      assertThat(later.out())
          .contains("raised by workflow night", "its lease ran out at", "The source takes writes");
      Expect.noTraceOnTheSource(night.stage);
      allAcceptedWritesAreOnTheSource(night);
    }
  }

  @Test
  void a_run_whose_history_is_lost_keeps_the_next_one_off_until_its_lease_ends() throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      TypingOperator operator = new TypingOperator(temporal, night.stage.temporal(), directory);
      RunStatus lost = freezeAndPause(night);

      temporal.kill();
      temporal.forget();
      temporal.startAgain();
      Instant forgotten = Instant.now();
      Files.writeString(directory.resolve("request.json"), request().toString());
      operator.obeyed(
          "temporal workflow start --type FreezeBackfill --task-queue overwinter"
              + " --workflow-id too-early --input-file request.json --fail-existing");
      assertThat(operator.refused("temporal workflow result --workflow-id too-early"))
          .contains(
              "The guard of another run stands on the source: workflow night, run "
                  + lost.run().runId(),
              "its lease runs until",
              "The target's ledger holds another run");
      awaitWrites(night, forgotten);
      assertThat(Instant.now()).isBefore(forgotten.plus(LEASE).plus(BETWEEN_TRIES));

      onTarget(night, "DROP SCHEMA overwinter CASCADE");
      RunStatus frozen = freezeAndPause(night);
      assertThat(frozen.run().runId()).isNotEqualTo(lost.run().runId());
      assertThat(frozen.findings())
          .anyMatch(finding -> finding.message().contains("A stale guard stands on the source"));
      assertThat(Files.readString(directory.resolve("logs/worker.out")))
          .contains("removed a stale guard raised by workflow night (run " + lost.run().runId());
      night.rollBack();
      assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
      Expect.noTraceOnTheSource(night.stage);
      allAcceptedWritesAreOnTheSource(night);
    }
  }

  @Test
  void a_run_without_worker_for_longer_than_the_lease_cannot_go_live_though_it_is_approved()
      throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      night.begin(request());
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

      night.stage.worker().kill();
      Instant killed = Instant.now();
      approve(temporal, waiting);
      awaitWrites(night, killed);
      night.stage.worker().start();

      hasRolledBack(night);
    }
  }

  @Test
  void a_worker_that_cannot_reach_temporal_holds_the_source_no_longer_than_the_lease()
      throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal)) {
      night.begin(request());
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);

      temporal.kill();
      Instant cutOff = Instant.now();
      awaitWrites(night, cutOff);
      assertThat(Instant.now()).isBefore(cutOff.plus(LEASE).plus(BETWEEN_TRIES));
      assertThat(night.stage.worker().isAlive()).isTrue();
      temporal.startAgain();
      approve(temporal, waiting);

      hasRolledBack(night);
    }
  }

  private void approve(RealTemporal temporal, RunStatus waiting) throws InterruptedException {
    Typed typed =
        temporal.type(
            directory,
            "temporal workflow signal --workflow-id night --name approve-go-live --input"
                + " '{\"by\":\"ann\",\"verification\":\"%s\"}'".formatted(waiting.verification()));
    assertThat(typed.exitCode()).as(typed.all()).isZero();
  }

  private static void hasRolledBack(Night night) throws Exception {
    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
    assertThat(end.decisions())
        .anyMatch(decision -> decision.note().startsWith("LeaseLapsed: The lease on the source"));
    Expect.noTraceOnTheSource(night.stage);
    Expect.noRowOnTheTarget(night.stage);
    assertThat(night.stage.stackAuth().users()).isEmpty();
    allAcceptedWritesAreOnTheSource(night);
  }

  private static ObjectNode request() {
    ObjectNode request = Night.request();
    request.withObject("/freeze").put("lease", LEASE.toString());
    return request;
  }

  /** Begins a night that stops once the source is frozen, before anything is carried over. */
  static RunStatus freezeAndPause(Night night) throws Exception {
    night.begin(request());
    night.update("pause", "{\"by\":\"a test\"}");
    night.await(status -> status.state() == RunState.PAUSED && status.step() == Step.FREEZE);
    night.update("resume", "{\"by\":\"a test\"}");
    night.update("pause", "{\"by\":\"a test\"}");
    return night.await(status -> status.state() == RunState.PAUSED && status.frozenSince() != null);
  }

  /** Waits until the application is let through again; it is told nothing and just tries. */
  private static void awaitWrites(Night night, Instant since) throws InterruptedException {
    while (night.traffic.acceptedWrites().stream()
        .noneMatch(write -> write.table().startsWith("public.") && write.before().isAfter(since))) {
      Thread.sleep(20);
    }
  }

  private static void allAcceptedWritesAreOnTheSource(Night night) throws Exception {
    night.traffic.stop();
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER)) {
      assertThat(night.traffic.missingFrom(source, UnaryOperator.identity())).isEmpty();
    }
  }

  private static void onTarget(Night night, String sql) throws Exception {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement()) {
      statement.execute(sql);
    }
  }

  private Answer unfreeze(Night night) throws Exception {
    SupabaseSource source = night.stage.source();
    return Doors.type(
        directory,
        "source: {url: '%s', user: %s}".formatted(source.jdbcUrl(), source.user()),
        Map.of("OVERWINTER_SOURCE_PASSWORD", source.password()),
        "unfreeze");
  }
}
