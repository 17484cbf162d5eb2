package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.demo.Stage;
import dev.overwinter.sandbox.kill.GuardLook;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowStub;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One run until it waits for approval, and back, so that the next one finds all as it was. */
final class SharedRun {
  private static final String LEDGER = "SELECT to_regclass('overwinter.chunk')::text";

  private static final String LEFT = "SELECT count(*) - count(%s) FROM overwinter.chunk";

  private static final String LOADED = "SELECT count(loaded_at) FROM overwinter.chunk";

  private static final String SECONDS =
      """
      SELECT extract(epoch FROM max(exported_at) - min(exported_at))::text || ' '
             || extract(epoch FROM max(loaded_at) - min(loaded_at))::text
        FROM overwinter.chunk
      """;

  private final Stage stage;
  private final SlowLines lines;
  private final String name;
  private final ObjectNode request;
  private final int workers;

  /**
   * @param lines are slow while chunks are at work, and at no other time
   * @param workers that are to take part
   */
  SharedRun(Stage stage, SlowLines lines, String name, ObjectNode request, int workers) {
    this.request = request;
    this.stage = stage;
    this.lines = lines;
    this.name = name;
    this.workers = workers;
  }

  /** Seconds from the first chunk's end to the last one's. */
  record Times(double export, double load) {}

  Times carryOut() throws Exception {
    RunStarter.start(stage.temporal(), name, FreezeBackfill.TASK_QUEUE, request);
    Times times;
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      await(() -> !GuardLook.strings(target, LEDGER).contains(null));
      await(() -> number(target, LEFT.formatted("exported_at")) > 0);
      lines.slow(true);
      await(() -> number(target, LEFT.formatted("exported_at")) == 0);
      lines.slow(false);
      await(() -> number(target, LOADED) > 0);
      lines.slow(true);
      await(() -> number(target, LEFT.formatted("loaded_at")) == 0);
      lines.slow(false);
      String[] seconds = GuardLook.strings(target, SECONDS).get(0).split(" ");
      times = new Times(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]));
    }
    await(() -> status().state() == RunState.WAITING_FOR_APPROVAL);
    assertThat(takers("ExportChunks")).hasSize(workers);
    assertThat(takers("ImportChunks")).hasSize(workers);
    run().update("rollback", String.class, new ObjectMapper().readTree("{\"by\":\"a test\"}"));
    assertThat(run().getResult(RunStatus.class).state()).isEqualTo(RunState.ROLLED_BACK);
    return times;
  }

  private RunStatus status() {
    RunStatus status = run().query("status", RunStatus.class);
    assertThat(status.state()).as(status.waitingFor()).isNotEqualTo(RunState.PARKED);
    return status;
  }

  private WorkflowStub run() {
    return stage.temporal().newUntypedWorkflowStub(name);
  }

  /** The workers that had activities of this type. */
  private Set<String> takers(String type) {
    List<HistoryEvent> events = stage.temporal().fetchHistory(name).getHistory().getEventsList();
    Map<Long, String> types = new HashMap<>();
    Set<String> takers = new TreeSet<>();
    for (HistoryEvent event : events) {
      if (event.hasActivityTaskScheduledEventAttributes()) {
        types.put(
            event.getEventId(),
            event.getActivityTaskScheduledEventAttributes().getActivityType().getName());
      }
      if (event.hasActivityTaskStartedEventAttributes()
          && type.equals(
              types.get(event.getActivityTaskStartedEventAttributes().getScheduledEventId()))) {
        takers.add(event.getActivityTaskStartedEventAttributes().getIdentity());
      }
    }
    return takers;
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      Thread.sleep(5);
    }
  }

  private static long number(Connection target, String query) throws SQLException {
    return Long.parseLong(GuardLook.strings(target, query).get(0));
  }
}
