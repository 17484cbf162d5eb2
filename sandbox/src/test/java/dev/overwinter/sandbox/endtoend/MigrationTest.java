package dev.overwinter.sandbox.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.load.ArchiveImport;
import dev.overwinter.activities.load.ImportOrder;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.app.SandboxUser;
import dev.overwinter.sandbox.app.UserKind;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.CrashPlan;
import dev.overwinter.sandbox.demo.CrashPoint;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.workflows.FreezeBackfillWorkflow;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import dev.overwinter.workflows.steps.Progress;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole night with real databases, real HTTP, a Temporal of its own and a worker process. */
@Timeout(600)
final class MigrationTest {
  private static final StepContext UNWATCHED =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };

  @TempDir private Path directory;

  @Test
  void everything_arrives_and_the_target_goes_live() throws Exception {
    try (StatusPage statusPage = new StatusPage();
        Night night = Night.prepare(directory, new EmbeddedTemporal(), statusPage.variables())) {
      Map<String, String> definitions = Expect.definitions(night.stage);
      night.begin();
      night.approve();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(statusPage.events()).containsExactly("freeze.beginning", "freeze.ended live");
      assertThat(statusPage.calls()).isEqualTo(3);
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      definitions.put("schema overwinter", "");
      assertThat(Expect.definitions(night.stage)).isEqualTo(definitions);
      theArchiveHoldsWhatTheTargetDoesOnceIdsAreReplaced(night);
      theTargetTakesWritesAndTheSourceDoesNot(night);
      aPersonSignsInWithTheOldPassword(night);
      theMappingIsCompleteAndPrivate(night);
      theHistoryHoldsNoSecretAndNoPersonalData(night);
      neitherDoLogsAndReport(night);
      WorkflowReplayer.replayWorkflowExecution(history(night), FreezeBackfillWorkflow.class);
      night.recordHistory("live");
    }
  }

  @Test
  @Tag("long")
  void workers_killed_in_the_middle_of_every_step_change_nothing_of_the_outcome() throws Exception {
    try (Night night = Night.prepare(directory)) {
      RunStatus end;
      try (CrashPlan crashes =
          CrashPlan.start(night.stage.target(), night.stage.worker(), told -> {})) {
        night.begin();
        night.await(RunState.WAITING_FOR_APPROVAL);
        night.stage.worker().kill();
        night.stage.worker().start();
        night.approve();
        end = night.result();

        assertThat(crashes.landings())
            .extracting(CrashPlan.Landing::point)
            .containsExactly(CrashPoint.values());
        assertThat(crashes.landings())
            .allSatisfy(landing -> assertThat(landing.isInTheMiddle()).isTrue());
      }

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Expect.oneAccountPerUser(night.stage);
      WorkflowReplayer.replayWorkflowExecution(history(night), FreezeBackfillWorkflow.class);
      night.recordHistory("live-after-crashes");
    }
  }

  @Test
  @Tag("long")
  void without_an_archive_everything_arrives_and_no_row_is_left_on_the_workers_disk()
      throws Exception {
    try (Night night = Night.prepare(directory)) {
      ObjectNode request = Night.request();
      request.withObject("/copy").put("archive", false);
      night.begin(request);
      night.approve();
      RunStatus end = night.result();

      assertThat(end.state()).isEqualTo(RunState.LIVE);
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
      Path runDirectory = find(night, "report.md").getParent();
      try (Stream<Path> files = Files.list(runDirectory)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("report.md", "report.json", "user-mapping.json");
      }
      assertThat(Files.readString(runDirectory.resolve("report.md")))
          .contains("no archive is kept, rows go straight into the target");
    }
  }

  private static void theArchiveHoldsWhatTheTargetDoesOnceIdsAreReplaced(Night night)
      throws Exception {
    SelfHostedTarget target = night.stage.target();
    target.createDatabase("later");
    Path mapping = find(night, "user-mapping.json");
    try (Database later =
        new Database(
            new DatabaseSettings(
                "target", target.jdbcUrl("later"), target.user(), target.password(), 4))) {
      new ArchiveImport(later, 2)
          .run(new ImportOrder(mapping.getParent(), List.of(), null, mapping), UNWATCHED);
    }
    try (Connection there = target.connect(SelfHostedTarget.SUPERUSER);
        Connection later = target.connect("later", SelfHostedTarget.SUPERUSER)) {
      for (String table : SandboxApplication.TABLES) {
        assertThat(contents(later, table)).as(table).isEqualTo(contents(there, table));
      }
    }
  }

  private static String contents(Connection connection, String table) throws SQLException {
    String sql =
        "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY t::text)) FROM public.\"%s\" t";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql.formatted(table))) {
      row.next();
      return row.getString(1);
    }
  }

  private static void theTargetTakesWritesAndTheSourceDoesNot(Night night) throws Exception {
    try (LiveTraffic onTarget = LiveTraffic.start(night.stage.target(), 50);
        LiveTraffic onSource = LiveTraffic.start(night.stage.source(), 50)) {
      while (onTarget.acceptedWrites().size() < 20 || onSource.refusedWrites().size() < 20) {
        Thread.sleep(20);
      }
      assertThat(onTarget.refusedWrites()).isEmpty();
      assertThat(onSource.acceptedWrites()).noneMatch(write -> write.table().startsWith("public."));
    }
  }

  private static void aPersonSignsInWithTheOldPassword(Night night) throws Exception {
    SandboxUser person =
        Night.SEED.sandboxUsers().ofKind(UserKind.PASSWORD_COST_10).stream()
            .findFirst()
            .orElseThrow();
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            night.stage.stackAuth().baseUrl() + "/api/v1/auth/password/sign-in"))
                    .header("content-type", "application/json")
                    .header("x-stack-access-type", "client")
                    .header("x-stack-project-id", night.stage.stackAuth().project().id())
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            Night.JSON
                                .createObjectNode()
                                .put("email", person.email())
                                .put("password", person.password())
                                .toString()))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static void theMappingIsCompleteAndPrivate(Night night) throws Exception {
    Path file = find(night, "user-mapping.json");
    JsonNode mapping = Night.JSON.readTree(file.toFile());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(mapping.get("generatedAt").asText()).isNotEmpty();
    assertThat(mapping.get("retainUntil").asText()).isNotEmpty();
    assertThat(mapping.get("mappings")).hasSameSizeAs(night.stage.stackAuth().users());
    assertThat(mapping.get("mappings").get(0).has("supabaseUserId")).isTrue();
    assertThat(mapping.get("mappings").get(0).has("stackAuthUserId")).isTrue();
    assertThat(mapping.get("mappings").get(0).has("migratedAt")).isTrue();
  }

  private static void theHistoryHoldsNoSecretAndNoPersonalData(Night night) throws Exception {
    assertHarmless(HistoryText.of(history(night)), secrets(night));
    assertThat(history(night).getEvents())
        .allSatisfy(event -> assertThat(event.getSerializedSize()).isLessThan(128 * 1024))
        .hasSizeLessThan(400);
  }

  private static void neitherDoLogsAndReport(Night night) throws Exception {
    Set<String> secrets = secrets(night);
    try (var files = Files.walk(night.stage.archive().getParent().resolve("logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertHarmless(Files.readString(file), secrets);
      }
    }
    assertHarmless(Files.readString(find(night, "report.json")), secrets);
    assertHarmless(Files.readString(find(night, "report.md")), secrets);
  }

  private static void assertHarmless(String text, Set<String> secrets) {
    assertThat(text).isNotEmpty();
    List<String> leaked = secrets.stream().filter(text::contains).toList();
    assertThat(leaked).isEmpty();
    assertThat(text).doesNotContainPattern("\\$2[aby]\\$\\d\\d\\$").doesNotContain("$argon2id$");
    assertThat(text).doesNotContainPattern("[a-z0-9.+-]+@example\\.(com|org)");
  }

  /** Everything that must not be found, read from where it is. */
  private static Set<String> secrets(Night night) throws Exception {
    Set<String> secrets = new HashSet<>();
    Map<String, String> environment = night.stage.workerEnvironment();
    environment.forEach(
        (name, value) -> {
          if (name.endsWith("_PASSWORD") || name.endsWith("_KEY") || name.endsWith("_SECRET")) {
            secrets.add(value);
          }
        });
    secrets.add(StatusPage.TOKEN);
    try (Connection source = night.stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT email FROM auth.users WHERE email <> ''
                UNION SELECT phone FROM auth.users WHERE phone <> ''
                UNION SELECT encrypted_password FROM auth.users WHERE encrypted_password <> ''
                """)) {
      while (rows.next()) {
        secrets.add(rows.getString(1));
      }
    }
    assertThat(secrets).hasSizeGreaterThan(200);
    return secrets;
  }

  private static Path find(Night night, String name) throws Exception {
    try (var files = Files.walk(night.stage.archive())) {
      return files
          .filter(file -> file.getFileName().toString().equals(name))
          .findFirst()
          .orElseThrow();
    }
  }

  private static WorkflowExecutionHistory history(Night night) {
    return night.stage.temporal().fetchHistory(night.workflowId());
  }
}
