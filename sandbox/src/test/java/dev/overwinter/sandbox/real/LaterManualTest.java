package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every command of the page on tables left for later, typed as it stands there. */
@OnRealTemporal
@Timeout(600)
class LaterManualTest {
  private static final String NAME = "coldchain-history";

  @TempDir Path directory;
  private Manual manual;
  private Night night;
  private TypingOperator operator;
  private String run;

  @Test
  void every_command_of_the_page_does_what_it_says() throws Exception {
    manual = Manual.of(Path.of("../docs/later-tables.md"));
    RealTemporal temporal = new RealTemporal();
    try (Night prepared = Night.prepare(directory, temporal)) {
      night = prepared;
      operator = new TypingOperator(temporal, night.stage.temporal(), directory);
      ObjectNode request = Night.request();
      request.withObject("/tables").withObject("public.event_logs").put("later", true);
      night.begin(request);
      night.approve();
      assertThat(night.result().state()).isEqualTo(RunState.LIVE);
      Files.writeString(
          directory.resolve("later.json"), "{\"run\": \"%s\"}".formatted(night.workflowId()));

      a_run_that_parks_and_is_rolled_back();
      a_run_that_carries_the_table();
    }
    assertThat(manual.untyped()).as("commands that no test types").isEmpty();
  }

  private void a_run_that_parks_and_is_rolled_back() throws Exception {
    long taken = oldestNumber();
    onTarget(
        "INSERT INTO public.event_logs (id, action) VALUES (%d, 'in the way')".formatted(taken));
    start("parked-history");
    awaitParked();
    assertThat(answer("workflow metadata"))
        .contains("WAITING FOR OPERATOR", "event_logs_pkey", "--name retryStep");
    assertThat(answer("--name retryStep")).contains("Trying the step again.");
    awaitParked();
    assertThat(answer("--name rollback")).contains("the rows that were loaded are removed");
    assertThat(answer("workflow result")).contains("COMPLETED", "ROLLED_BACK");
    onTarget("DELETE FROM public.event_logs WHERE id = " + taken);
  }

  private long oldestNumber() throws Exception {
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery("SELECT min(id) FROM public.event_logs")) {
      row.next();
      return row.getLong(1);
    }
  }

  private void a_run_that_carries_the_table() throws Exception {
    start(NAME);
    assertThat(answer("workflow result"))
        .contains("COMPLETED", "\"state\":\"CARRIED\"", "public.event_logs");
    assertThat(answer("workflow metadata")).contains("CARRIED: the tables are in the target");
    assertThat(operator.refused(manual.command("workflow start"))).contains("already finished");
  }

  private void start(String name) throws InterruptedException {
    run = name;
    assertThat(answer("workflow start")).contains("WorkflowId  " + name);
  }

  private void awaitParked() throws Exception {
    while (true) {
      String state =
          Night.JSON.readTree(answer("workflow query")).at("/queryResult/0/state").asText();
      if (state.equals("PARKED")) {
        return;
      }
      assertThat(state).isEqualTo("RUNNING");
      Thread.sleep(200);
    }
  }

  private String answer(String... words) throws InterruptedException {
    return operator.obeyed(manual.command(words).replace(NAME, run));
  }

  private void onTarget(String sql) throws Exception {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.APPLICATION);
        Statement statement = target.createStatement()) {
      statement.execute(sql);
    }
  }
}
