package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.worker.temporal.Ports;
import dev.overwinter.workflows.status.Decision;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of Temporal's tool that the README and the operator's page name, typed as it stands
 * there, in four runs on one stage. Only names and digests are filled in.
 */
@OnRealTemporal
@Timeout(600)
class ManualTest {
  private static final String LIVE = "coldchain-night";
  private static final String DIGEST = "<first 8+ characters of the digest>";

  @TempDir Path directory;
  private Manual manual;
  private Night night;
  private TypingOperator operator;

  /** The run that stands in for the one that the manual speaks of. */
  private String run;

  @Test
  void every_command_of_the_manual_does_what_it_says() throws Exception {
    manual = Manual.of(Path.of("../README.md"), Path.of("../docs/operator-commands.md"));
    RealTemporal temporal = new RealTemporal();
    try (Night prepared = Night.prepare(directory, temporal)) {
      night = prepared;
      operator = new TypingOperator(temporal, night.stage.temporal(), directory);
      ObjectNode request = Night.request();
      request.withObject("/freeze").put("drain", "PT5S");
      Files.writeString(directory.resolve("request.json"), request.toString());

      before_the_night();
      a_cancelled_run();
      a_run_of_signals();
      a_run_that_parks_and_is_rolled_back();
      a_run_that_goes_live();
    }
    a_server_for_a_rehearsal(temporal);
    assertThat(manual.untyped()).as("commands that no test types").isEmpty();
  }

  private void before_the_night() throws Exception {
    run = LIVE;
    assertThat(answer("task-queue describe")).contains("Pollers:").doesNotContain("@");
    night.stage.worker().start();
    while (!answer("task-queue describe").contains("@")) {
      Thread.sleep(200);
    }
    assertThat(answer("namespace update")).contains("default");
    answer("search-attribute create");
    assertThat(operator.obeyed("temporal operator namespace describe default")).contains("720h");
  }

  private void a_cancelled_run() throws Exception {
    start("cancelled-night");
    operator.awaits(run, status -> status.frozenSince() != null);

    answer("workflow cancel");

    assertThat(operator.refused(literally("workflow result"))).contains("CANCELED");
    assertThat(operator.status(run).state()).isEqualTo(RunState.ROLLED_BACK);
    Expect.noTraceOnTheSource(night.stage);
  }

  private void a_run_of_signals() throws Exception {
    start("night-of-signals");
    RunStatus frozen = operator.awaits(run, status -> status.deadline() != null);

    signal("pause");
    operator.awaits(run, RunState.PAUSED);
    signal("extend-deadline");
    operator.awaits(run, status -> !frozen.deadline().equals(status.deadline()));
    signal("retry-step");
    signal("approve-go-live");
    operator.awaits(run, status -> status.decisions().size() == 4);
    signal("resume");
    operator.awaits(run, status -> status.state() != RunState.PAUSED);
    signal("rollback");

    RunStatus end = operator.awaits(run, RunState.ROLLED_BACK);
    assertThat(end.decisions())
        .extracting(Decision::what, Decision::obeyed)
        .containsExactly(
            tuple("pause", true),
            tuple("extendDeadline", true),
            tuple("retryStep", false),
            tuple("approveGoLive", false),
            tuple("resume", true),
            tuple("rollback", true));
    assertThat(answer("workflow metadata"))
        .contains("no step is parked", "the run does not wait for approval");
  }

  private void a_run_that_parks_and_is_rolled_back() throws Exception {
    try (Connection writer = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute(
          "LOCK TABLE public.\"" + SandboxApplication.TABLES.get(0) + "\" IN ROW EXCLUSIVE MODE");
      statement.execute("SELECT pg_catalog.pg_current_xact_id()");
      start("parked-night");
      assertThat(operator.awaits(run, RunState.PARKED).waitingFor()).contains("WritersInFlight");
      awaitInList(run);
      writer.rollback();
    }

    assertThat(answer("update execute", "--name retryStep")).contains("Trying the step again.");
    operator.awaits(run, status -> status.frozenSince() != null);
    assertThat(answer("update execute", "--name rollback")).contains("Rolling back");

    assertThat(answer("workflow result")).contains("COMPLETED", "ROLLED_BACK");
    Expect.noTraceOnTheSource(night.stage);
    Expect.noRowOnTheTarget(night.stage);
  }

  private void a_run_that_goes_live() throws Exception {
    start(LIVE);
    assertThat(answer("workflow metadata")).contains("Current Details", "## Running");
    assertThat(operator.obeyed(exactly("query --workflow-id coldchain-night --name status")))
        .contains("\"state\":\"RUNNING\"");
    String json = answer("--name status -o json");
    assertThat(Night.JSON.readTree(json).at("/queryResult/0/run/workflowId").asText())
        .isEqualTo(LIVE);
    assertThat(answer("workflow describe")).contains("Pending Activities");
    assertThat(operator.obeyed(exactly("workflow show --workflow-id coldchain-night")))
        .contains("WorkflowExecutionStarted");
    RunStatus frozen = operator.awaits(run, status -> status.deadline() != null);
    assertThat(answer("update execute", "--name pause")).contains("Stopping before the next step.");
    operator.awaits(run, RunState.PAUSED);
    String extend = exactly("--name extendDeadline --input '{\"by\":\"ann\",\"for\":\"PT2H\"}'");
    assertThat(operator.obeyed(extend)).contains("The frozen window ends ");
    String once = answer("--update-id");
    assertThat(answer("--update-id")).isEqualTo(once);
    assertThat(operator.status(run).deadline())
        .isEqualTo(Instant.parse(frozen.deadline()).plusSeconds(4 * 3600).toString());
    assertThat(answer("update execute", "--name resume")).contains("Going on.");
    // A night shows up in the list a moment after it began.
    assertThat(answer("workflow list", "AND ExecutionStatus = 'Running'"))
        .contains(LIVE)
        .doesNotContain("cancelled-night");
    assertThat(operator.obeyed(exactly("--query \"WorkflowType = 'FreezeBackfill'\"")))
        .contains(LIVE, "cancelled-night", "Canceled");

    RunStatus waiting = operator.awaits(run, RunState.WAITING_FOR_APPROVAL);
    String approve = literally("update execute", "--name approveGoLive");
    assertThat(operator.obeyed(approve.replace(DIGEST, waiting.verification().substring(0, 8))))
        .contains("Approved; going live.");
    assertThat(answer("--follow")).contains("WorkflowExecutionCompleted");
    assertThat(answer("workflow result")).contains("COMPLETED", "\"state\":\"LIVE\"");

    assertThat(operator.refused(literally("workflow start"))).contains("already finished");
    Expect.everyRowOnTheTarget(night.stage);
    Expect.oneAccountPerUser(night.stage);
  }

  private void a_server_for_a_rehearsal(RealTemporal temporal) throws Exception {
    // The usual port may be taken on the machine that runs this.
    String line =
        "%s --headless --port %d & sleep 6; kill $!"
            .formatted(manual.command("server start-dev"), Ports.free(0));
    assertThat(temporal.type(directory, line).all()).contains("Server:");
    assertThat(directory.resolve("overwinter.db")).exists();
  }

  private void awaitInList(String waiting) throws InterruptedException {
    while (!answer("workflow list", "MigrationNeedsOperator").contains(waiting)) {
      Thread.sleep(200);
    }
  }

  private void start(String name) throws InterruptedException {
    run = name;
    assertThat(answer("workflow start")).contains("WorkflowId  " + name);
  }

  private void signal(String name) throws InterruptedException {
    assertThat(answer("workflow signal", "--name " + name + " "))
        .contains("Signal workflow succeeded");
  }

  private String answer(String... words) throws InterruptedException {
    return operator.obeyed(literally(words));
  }

  /** The command with these words, for the run of now. */
  private String literally(String... words) {
    return manual.command(words).replace(LIVE, run);
  }

  /** The command that ends with these words. */
  private String exactly(String end) {
    return manual.commandEndingWith(end).replace(LIVE, run);
  }
}
