package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.status.Step;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nights with nothing but the web UI at hand. */
@InChromium
@Timeout(600)
class WebUiTest {
  @TempDir Path directory;

  @Test
  void a_night_is_watched_and_approved_in_the_web_ui() throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal);
        WebUi ui = new WebUi(temporal.webAddress(), night.workflowId())) {
      try (Connection writer = writerInFlight(night)) {
        night.begin();
        night.await(status -> status.step() == Step.FREEZE);
        assertThat(ui.awaitDetails("Running: freeze"))
            .contains("Nothing to do: the run goes on by itself.", "✓ preflight", "▶ freeze");
        ui.takePicture("freezing");
        writer.rollback();
      }
      try (Connection table = lockedTable(night)) {
        assertThat(ui.awaitDetails("✓ public.units"))
            .contains("✓ freeze", "The source is frozen since", "of about", "Tables in export at");
        ui.takePicture("copying");
        table.rollback();
      }

      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
      String details = ui.awaitDetails("WAITING FOR APPROVAL to go live");
      String shown = fenced(details, "Name approveGoLive, Data:");
      assertThat(shown).contains("\"verification\": \"%s\"".formatted(shortDigest(waiting)));
      assertThat(details).contains("temporal workflow update execute \\", "--workflow-id night \\");
      ui.takePicture("waiting-for-approval");

      ui.open();
      ui.awaitText("Verify • compare both sides");
      assertThat(ui.awaitText("time to approve; then it rolls back"))
          .contains("export, lane 1 of 4", "hold the lease on the freeze");
      ui.takePicture("history");

      assertThat(ui.openUpdates())
          .contains("approveGoLive", "rollback", "\"verification\":\"THE DIGEST\"");
      ui.takePicture("updates");
      ui.choose("approveGoLive");
      ui.paste(shown.replace(shortDigest(waiting), "0123456789ab"));
      ui.submit();
      assertThat(ui.complaint("this is not the digest of the verification that passed"))
          .doesNotContain(".java:");
      ui.takePicture("wrong-digest");
      ui.send("approveGoLive", shown.replace("YOUR NAME", "ann"));

      RunStatus end = night.result();
      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(ui.awaitDetails("LIVE on the target")).contains("ann: approveGoLive");
      ui.takePicture("live");
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
    }
  }

  @Test
  void a_parked_night_is_tried_again_and_rolled_back_in_the_web_ui() throws Exception {
    RealTemporal temporal = new RealTemporal();
    try (Night night = Night.prepare(directory, temporal);
        WebUi ui = new WebUi(temporal.webAddress(), night.workflowId())) {
      ObjectNode request = Night.request();
      request.withObject("/freeze").put("drain", "PT5S");
      String details;
      try (Connection writer = writerInFlight(night)) {
        night.begin(request);
        refuse(night, temporal);
        details = ui.awaitDetails("WAITING FOR OPERATOR: freeze failed");
        assertThat(details).contains("WritersInFlight", "! freeze");
        ui.takePicture("parked");
        writer.rollback();
      }
      ui.send("retryStep", fenced(details, "Name retryStep, Data:").replace("YOUR NAME", "ann"));
      night.await(RunState.WAITING_FOR_APPROVAL);

      ui.send(
          "rollback",
          fenced(details, "Name rollback, Data:")
              .replace("YOUR NAME", "ann")
              .replace("WHY", "the new site is not ready"));

      assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
      assertThat(ui.awaitDetails("ROLLED BACK: the source takes writes"))
          .contains("ann: rollback, the new site is not ready", "ann: retryStep");
      ui.takePicture("rolled-back");
      Expect.noRowOnTheTarget(night.stage);
      Expect.noTraceOnTheSource(night.stage);
      assertThat(night.stage.stackAuth().users()).isEmpty();
    }
  }

  private static void refuse(Night night, RealTemporal temporal) {
    ObjectNode wrong = Night.request();
    wrong.withObject("/freeze").put("windw", "PT2H");
    wrong.put("schemas", "public");
    RunStarter.start(night.stage.temporal(), "misspelt", FreezeBackfill.TASK_QUEUE, wrong);
    try (WebUi ui = new WebUi(temporal.webAddress(), "misspelt")) {
      ui.open();
      assertThat(ui.awaitText("The request is wrong; nothing was touched:"))
          .contains("did you mean window?")
          .doesNotContain(".java:");
      ui.takePicture("refused");
      ui.awaitDetails("REFUSED: nothing was touched");
    }
  }

  /** An application that holds a transaction open, so that the freeze has to wait. */
  private static Connection writerInFlight(Night night) throws SQLException {
    Connection writer = night.stage.source().connect(SupabaseSource.SUPERUSER);
    writer.setAutoCommit(false);
    try (var statement = writer.createStatement()) {
      statement.execute("LOCK TABLE public.door_events IN ROW EXCLUSIVE MODE");
    }
    return writer;
  }

  /** A table that cannot be read for a while, once its chunks are planned. */
  private static Connection lockedTable(Night night) throws Exception {
    night.await(status -> status.step() == Step.EXPORT);
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER);
        var statement = target.createStatement()) {
      while (true) {
        try (var rows = statement.executeQuery("SELECT count(*) FROM overwinter.chunk")) {
          rows.next();
          if (rows.getLong(1) > 0) {
            break;
          }
        }
        Thread.sleep(5);
      }
    }
    Connection locked = night.stage.source().connect(SupabaseSource.SUPERUSER);
    locked.setAutoCommit(false);
    try (var statement = locked.createStatement()) {
      statement.execute("LOCK TABLE public.event_logs IN ACCESS EXCLUSIVE MODE");
    }
    return locked;
  }

  /** What the details show to be copied below a line. */
  private static String fenced(String details, String line) {
    String below = details.substring(details.indexOf(line) + line.length());
    return below.substring(below.indexOf('{'), below.indexOf('}') + 1);
  }

  private static String shortDigest(RunStatus status) {
    return status.verification().substring(0, 12);
  }
}
