package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.demo.Stage;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import io.temporal.client.WorkflowStub;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that is rolled back leaves both databases as pg_dump saw them before. */
@OnPostgresql
@Timeout(300)
final class CatalogIdentityTest {
  private static final String WORKFLOW_ID = "night";
  private static final int PATIENCE_SECONDS = 120;

  @TempDir private Path directory;

  @Test
  void a_night_that_is_rolled_back_leaves_both_databases_as_they_were_to_the_last_byte()
      throws Exception {
    try (Stage stage =
        Stage.set(
            directory,
            SandboxOptions.throwaway(),
            SandboxSeed.small(),
            StackAuthStandIn.start(),
            new EmbeddedTemporal(),
            Map.of())) {
      Workshop.addTo(stage.source());
      Workshop.addTo(stage.target());
      DatabaseDump source = dump(stage.source(), "source-before");
      DatabaseDump target = dump(stage.target(), "target-before");

      stage.worker().start();
      RunStarter.start(stage.temporal(), WORKFLOW_ID, FreezeBackfill.TASK_QUEUE, request());
      WorkflowStub run = stage.temporal().newUntypedWorkflowStub(WORKFLOW_ID);
      await(run, RunState.WAITING_FOR_APPROVAL);
      assertThat(dump(stage.source(), "source-frozen").text())
          .contains("00_overwinter_refuse_writes");
      run.update(
          "rollback", String.class, json("{\"by\": \"a test\", \"reason\": \"to compare\"}"));
      assertThat(run.getResult(RunStatus.class).state()).isEqualTo(RunState.ROLLED_BACK);

      dump(stage.source(), "source-after").isSameAs(source);
      dump(stage.target(), "target-after").isSameAs(target);
    }
  }

  private static ObjectNode request() {
    ObjectNode request = SandboxRequest.create();
    request.withArray("/schemas").add("workshop");
    return request;
  }

  private static void await(WorkflowStub run, RunState wanted) throws InterruptedException {
    RunStatus status = null;
    for (int tries = 0; tries < PATIENCE_SECONDS; tries++) {
      status = run.query("status", RunStatus.class);
      if (status.state() == wanted) {
        return;
      }
      assertThat(status.state())
          .as("%s", status)
          .isNotIn(RunState.PARKED, RunState.REFUSED, RunState.ROLLED_BACK);
      Thread.sleep(1_000);
    }
    throw new AssertionError("waited in vain; the last status was " + status);
  }

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private DatabaseDump dump(SupabaseSource source, String name) throws Exception {
    String superuser = SupabaseSource.SUPERUSER;
    return DatabaseDump.of(
        directory, name, source.jdbcUrl(), superuser, source.passwordOf(superuser));
  }

  private DatabaseDump dump(SelfHostedTarget target, String name) throws Exception {
    String superuser = SelfHostedTarget.SUPERUSER;
    return DatabaseDump.of(
        directory, name, target.jdbcUrl(), superuser, target.passwordOf(superuser));
  }
}
