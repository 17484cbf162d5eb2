package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.FreezeBackfillWorkflow;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nights on a server that suggests continuing as new after few events. */
@OnRealTemporal
@Timeout(300)
class ContinueAsNewTest {
  private static final String[] SHORT_HISTORIES = {
    "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60"
  };

  @TempDir Path directory;

  @Test
  void a_night_over_several_executions_goes_live_and_is_listed_while_it_waits() throws Exception {
    RealTemporal temporal =
        new RealTemporal(
            SHORT_HISTORIES[0],
            SHORT_HISTORIES[1],
            "--search-attribute",
            "MigrationState=Keyword",
            "--search-attribute",
            "MigrationStep=Keyword",
            "--search-attribute",
            "MigrationNeedsOperator=Bool");
    try (Night night = Night.prepare(directory, temporal)) {
      night.begin();
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
      assertListed(temporal, "MigrationNeedsOperator=true", night.workflowId());
      Typed approval =
          temporal.type(directory, waiting.nextCommands().get(0).replace("YOUR NAME", "ann"));
      assertThat(approval.exitCode()).as(approval.all()).isZero();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(end.run()).isEqualTo(waiting.run());
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      assertListed(temporal, "MigrationState=\"LIVE\"", night.workflowId());
      List<WorkflowExecutionHistory> executions = night.executions();
      assertThat(executions).hasSizeGreaterThan(2);
      for (WorkflowExecutionHistory execution : executions) {
        assertThat(hasTimeout(execution)).isFalse();
        WorkflowReplayer.replayWorkflowExecution(execution, FreezeBackfillWorkflow.class);
      }
      night.recordExecutions("live-continued");
    }
  }

  @Test
  void a_rollback_after_continuing_leaves_everything_as_it_was_found() throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal(SHORT_HISTORIES))) {
      night.begin();
      night.await(RunState.WAITING_FOR_APPROVAL);
      assertThat(night.executions()).hasSizeGreaterThan(1);

      night.rollBack();

      assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
      Expect.noRowOnTheTarget(night.stage);
      Expect.noTraceOnTheSource(night.stage);
      assertThat(night.stage.stackAuth().users()).isEmpty();
    }
  }

  private static boolean hasTimeout(WorkflowExecutionHistory execution) {
    WorkflowExecutionStartedEventAttributes started =
        execution.getEvents().get(0).getWorkflowExecutionStartedEventAttributes();
    return started.getWorkflowExecutionTimeout().getSeconds() > 0
        || started.getWorkflowRunTimeout().getSeconds() > 0;
  }

  /** The list follows the run with a little delay. */
  private void assertListed(RealTemporal temporal, String query, String workflowId)
      throws Exception {
    String line = "temporal workflow list --query '%s' -o json".formatted(query);
    Typed list = temporal.type(directory, line);
    for (int i = 0; i < 50 && !list.out().contains(workflowId); i++) {
      Thread.sleep(200);
      list = temporal.type(directory, line);
    }
    assertThat(list.out()).as(list.all()).contains("\"" + workflowId + "\"");
  }
}
