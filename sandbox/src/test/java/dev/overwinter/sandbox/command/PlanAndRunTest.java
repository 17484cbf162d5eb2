package dev.overwinter.sandbox.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.compare.RowComparison;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.worker.temporal.LocalTemporal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A migration as a person types it. */
@Timeout(240)
class PlanAndRunTest {
  @TempDir Path directory;
  private Doors doors;

  @BeforeEach
  void open() throws SQLException {
    doors = Doors.open(directory);
  }

  @AfterEach
  void close() {
    doors.close();
  }

  @Test
  void plan_tells_what_would_be_carried_by_which_rule_and_writes_nothing() throws Exception {
    Map<String, String> before = doors.everything();

    Answer plan = plan(SandboxRequest.create());

    assertThat(plan.exitCode()).as(plan.all()).isZero();
    assertThat(plan.out())
        .containsPattern("tables +23\n")
        .containsPattern("users +\\d+\n")
        .containsPattern("softDeleted +\\d+ +skip\n")
        .containsPattern("duplicateEmail +\\d+ +carryWithoutPassword\n|portableHash +\\d+ +carry\n")
        .contains("WARNING", "→ ", "NOTE", "to be seen with --notes")
        .contains("Nothing stands in the way. Nothing was written.");
    assertThat(plan.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
    assertThat(plan.out()).as("no colours in a pipe").doesNotContain("\u001b");
    assertThat(plan.errors()).isEmpty();

    Answer refused = plan(withoutRules());

    assertThat(refused.exitCode()).as(refused.all()).isEqualTo(3);
    assertThat(refused.flowing())
        .contains("users are of the class sso", "→ Say what becomes of them with users.classes.sso")
        .contains("references point to people", "Set references.unknownUsers to keep")
        .contains("in the way. Nothing was written.");

    Answer json = typed("plan", SandboxRequest.create(), "--json");

    JsonNode report = new ObjectMapper().readTree(json.out());
    assertThat(report.path("tables").asInt()).isEqualTo(23);
    assertThat(report.at("/findings/0/remedy").asText()).isNotEmpty();
    assertThat(doors.everything()).isEqualTo(before);
    assertThat(directory.resolve("archive")).doesNotExist();
  }

  @Test
  void run_without_rules_for_some_users_is_refused_before_anything_is_touched() throws Exception {
    Map<String, String> before = doors.everything();

    Answer answer = typed("run", withoutRules(), "--yes");

    assertThat(answer.exitCode()).as(answer.all()).isEqualTo(3);
    assertThat(answer.all())
        .contains("users are of the class sso")
        .contains("REFUSED: ")
        .contains("nothing was touched");
    assertThat(answer.all().split("users are of the class sso", -1)).as("told once").hasSize(2);
    assertThat(doors.everything()).isEqualTo(before);
  }

  @Test
  void run_with_yes_goes_live_and_its_name_is_never_used_again() throws Exception {
    try (LocalTemporal.Service temporal =
        new EmbeddedTemporal().start(directory.resolve("temporal"))) {
      Map<String, String> environment = doors.secrets();
      environment.put("TEMPORAL_ADDRESS", temporal.address());
      String settings = doors.settings(SandboxRequest.create());

      Answer live = doors.type(settings, environment, "run", "--yes", "--workflow-id", "friday");

      assertThat(live.exitCode()).as(live.all()).isZero();
      assertThat(live.out())
          .containsSubsequence("preflight", "WAITING: Verified.", "LIVE: the target takes writes")
          .containsPattern("verify +[0-9.]+ s +[0-9,]+ rows, \\d+ digests compared, all equal")
          .doesNotContain("\u001b");
      assertEveryRowIsOnTheTarget();
      Map<String, String> after = doors.everything();

      Answer again = doors.type(settings, environment, "run", "--workflow-id", "friday");

      assertThat(again.exitCode()).isEqualTo(2);
      assertThat(again.out())
          .contains("There is or was a run named friday already", "--resume", "--workflow-id");
      assertThat(doors.everything()).isEqualTo(after);
    }
  }

  private Answer plan(ObjectNode request) throws Exception {
    return typed("plan", request);
  }

  private Answer typed(String command, ObjectNode request, String... arguments) throws Exception {
    return doors.type(doors.settings(request), doors.secrets(), command, arguments);
  }

  private static ObjectNode withoutRules() {
    ObjectNode request = SandboxRequest.create();
    request.remove("users");
    request.remove("references");
    return request;
  }

  private void assertEveryRowIsOnTheTarget() throws Exception {
    try (Connection source = doors.source.connect(SupabaseSource.SUPERUSER);
        Connection target = doors.target.connect(SelfHostedTarget.SUPERUSER)) {
      assertThat(
              new RowComparison(source, target, Proof.newIds(doors.stackAuth.users()))
                  .differences())
          .isEmpty();
    }
  }
}
