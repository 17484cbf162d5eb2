package dev.overwinter.sandbox.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.worker.temporal.LocalTemporal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A target whose tables somebody has drawn anew, and the rules that are guessed for it. */
@Timeout(600)
class SuggestedRulesTest {
  private static final String DRAWN_ANEW =
      """
      ALTER TABLE public.sites RENAME TO locations;
      ALTER TABLE public.hubs RENAME installed_by TO installer_id;
      ALTER TABLE public.hubs DROP uptime;
      ALTER TABLE public.escalation_contacts ALTER position TYPE smallint;
      ALTER TABLE public.organizations ADD plan varchar(20) NOT NULL;
      DROP TABLE public.event_logs CASCADE;
      """;

  private static final String RULES =
      """
      { "public.sites": {"rename": "public.locations"},
        "public.hubs": {"columns": {
          "installed_by": {"rename": "installer_id"}, "uptime": {"drop": true}}},
        "public.escalation_contacts": {"columns": {
          "position": {"expression": "\\"position\\"::smallint"}}},
        "public.organizations": {"columns": {"plan": {"constant": ""}}},
        "public.event_logs": {"skip": true} }
      """;

  @TempDir private Path directory;

  @Test
  void a_request_with_suggested_rules_leaves_nothing_in_the_way() throws Exception {
    try (Doors doors = Doors.open(directory)) {
      doors.onTarget(DRAWN_ANEW);
      Map<String, String> before = doors.everything();
      Path file = directory.resolve("request.json");

      Answer suggested = plan(doors, "--suggest", file.toString());

      assertThat(suggested.exitCode()).as(suggested.all()).isZero();
      assertThat(suggested.flowing())
          .contains(
              "DOUBT public.sites: The target lacks this table; public.locations is the likest")
          .contains("DOUBT public.hubs.installed_by: The target lacks this column; installer_id is")
          .contains("DOUBT public.hubs.uptime: The target lacks this column and has none like it")
          .contains("DOUBT public.event_logs: The target lacks this table and has none like it")
          .contains("with rules for 5 tables and 6 doubts to look at");
      ObjectNode request = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      JsonNode rules = request.remove("tables");
      assertThat(rules).isEqualTo(new ObjectMapper().readTree(RULES));
      assertThat((JsonNode) request).isEqualTo(SandboxRequest.create());

      Answer accepted = plan(doors, "--request", file.toString());

      assertThat(accepted.exitCode()).as(accepted.all()).isZero();
      assertThat(accepted.out()).containsPattern("tables +22\n");

      Answer again = plan(doors, "--suggest", file.toString(), "--request", file.toString());

      assertThat(again.exitCode()).isEqualTo(2);
      assertThat(again.all()).contains("is there already");
      Path next = directory.resolve("next.json");
      assertThat(plan(doors, "--suggest", next.toString(), "--request", file.toString()).flowing())
          .contains("Nothing differs that a rule could settle.");
      assertThat(Files.readString(next)).isEqualTo(Files.readString(file));
      assertThat(doors.everything()).isEqualTo(before);
    }
  }

  @Tag("long")
  @Test
  void a_run_with_these_rules_goes_live_and_carries_every_row() throws Exception {
    try (Doors doors = Doors.open(directory);
        LocalTemporal.Service temporal =
            new EmbeddedTemporal().start(directory.resolve("temporal"))) {
      doors.onTarget(DRAWN_ANEW);
      Path file = directory.resolve("request.json");
      assertThat(plan(doors, "--suggest", file.toString()).exitCode()).isZero();
      ObjectNode request = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      request.withObject("/tables/public.organizations/columns/plan").put("constant", "free");
      Map<String, String> environment = doors.secrets();
      environment.put("TEMPORAL_ADDRESS", temporal.address());

      Answer live = doors.type(doors.settings(request), environment, "run", "--yes");

      assertThat(live.exitCode()).as(live.all()).isZero();
      try (Connection source = doors.source.connect(SupabaseSource.SUPERUSER);
          Connection target = doors.target.connect(SelfHostedTarget.SUPERUSER)) {
        assertThat(single(target, "SELECT count(*) FROM public.locations"))
            .isEqualTo(single(source, "SELECT count(*) FROM public.sites"))
            .isNotEqualTo("0");
        assertThat(
                single(target, "SELECT string_agg(DISTINCT plan, ',') FROM public.organizations"))
            .isEqualTo("free");
        assertThat(single(target, "SELECT sum(position)::text FROM public.escalation_contacts"))
            .isEqualTo(
                single(source, "SELECT sum(position)::text FROM public.escalation_contacts"));
        assertThat(
                single(
                    target,
                    """
                    SELECT string_agg(h.id || ' ' || m.supabase_id, ',' ORDER BY h.id)
                      FROM public.hubs h
                      JOIN overwinter.user_mapping m ON m.stack_id = h.installer_id
                    """))
            .isEqualTo(
                single(
                    source,
                    """
                    SELECT string_agg(h.id || ' ' || u.id, ',' ORDER BY h.id)
                      FROM public.hubs h JOIN auth.users u ON u.id = h.installed_by
                     WHERE u.deleted_at IS NULL
                    """));
      }
    }
  }

  private static String single(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Answer plan(Doors doors, String... arguments) throws Exception {
    return doors.type(doors.settings(SandboxRequest.create()), doors.secrets(), "plan", arguments);
  }
}
