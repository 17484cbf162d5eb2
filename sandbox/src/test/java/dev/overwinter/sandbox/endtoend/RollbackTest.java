package dev.overwinter.sandbox.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way back before go-live. */
@Timeout(600)
final class RollbackTest {
  @TempDir private Path directory;

  @Test
  void a_rollback_during_import_leaves_everything_as_it_was_found() throws Exception {
    try (Night night = Night.prepare(directory)) {
      Found found = Found.before(night);
      night.begin();
      awaitLoadedChunks(night);

      Instant asked = Instant.now();
      night.rollBack();
      takesWritesAgainWithin(night, asked, Duration.ofSeconds(5));

      assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
      found.isStillTrueOf(night);
      night.recordHistory("rolled-back-during-import");
    }
  }

  @Test
  void a_rollback_instead_of_approval_leaves_everything_as_it_was_found() throws Exception {
    try (StatusPage statusPage = new StatusPage();
        Night night = Night.prepare(directory, new EmbeddedTemporal(), statusPage.variables())) {
      Found found = Found.before(night);
      ObjectNode request = Night.request();
      request.withObject("/rollback").put("keepArchive", false);
      night.begin(request);
      night.await(RunState.WAITING_FOR_APPROVAL);
      assertThat(night.stage.stackAuth().users()).hasSizeGreaterThan(200);

      Instant asked = Instant.now();
      night.rollBack();
      takesWritesAgainWithin(night, asked, Duration.ofSeconds(5));

      RunStatus end = night.result();
      assertThat(end.state()).isEqualTo(RunState.ROLLED_BACK);
      assertThat(statusPage.events())
          .containsExactly("freeze.beginning", "freeze.ended rolledBack");
      found.isStillTrueOf(night);
      try (var files = Files.walk(night.stage.archive())) {
        assertThat(files.filter(file -> file.toString().endsWith(".jsonl"))).isEmpty();
      }
    }
  }

  @Test
  void a_cancelled_workflow_rolls_back_too() throws Exception {
    try (Night night = Night.prepare(directory)) {
      Found found = Found.before(night);
      night.begin();
      night.await(RunState.WAITING_FOR_APPROVAL);

      Instant asked = Instant.now();
      night.run().cancel();
      takesWritesAgainWithin(night, asked, Duration.ofSeconds(5));

      night.await(RunState.ROLLED_BACK);
      found.isStillTrueOf(night);
      night.recordHistory("cancelled");
    }
  }

  private static void awaitLoadedChunks(Night night) throws Exception {
    try (Connection target = night.stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement()) {
      while (loadedChunks(statement) == 0) {
        Thread.sleep(5);
      }
    }
  }

  private static long loadedChunks(Statement statement) {
    try (ResultSet rows = statement.executeQuery("SELECT count(loaded_at) FROM overwinter.chunk")) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      // There is no ledger yet.
      return 0;
    }
  }

  /** The application is never told; it just tries again and again. */
  private static void takesWritesAgainWithin(Night night, Instant asked, Duration limit)
      throws Exception {
    while (night.traffic.acceptedWrites().stream()
        .noneMatch(write -> write.table().startsWith("public.") && write.before().isAfter(asked))) {
      assertThat(Instant.now()).isBefore(asked.plus(limit));
      Thread.sleep(10);
    }
  }

  /** What was there before the run. */
  private record Found(
      UUID account, Map<String, String> definitions, Map<String, String> sequences) {
    static Found before(Night night) throws Exception {
      ObjectNode person = Night.JSON.createObjectNode();
      person.put("primary_email", "somebody.else@example.net");
      person.put("primary_email_auth_enabled", true);
      return new Found(
          night.stage.stackAuth().putUser(person),
          Expect.definitions(night.stage),
          Expect.sequences(night.stage));
    }

    void isStillTrueOf(Night night) throws Exception {
      assertThat(Expect.idsOf(night.stage.stackAuth().users())).containsExactly(account.toString());
      Expect.noRowOnTheTarget(night.stage);
      Expect.noTraceOnTheSource(night.stage);
      assertThat(Expect.definitions(night.stage)).isEqualTo(definitions);
      assertThat(Expect.sequences(night.stage)).isEqualTo(sequences);
    }
  }
}
