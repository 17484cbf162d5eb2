package dev.overwinter.sandbox.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.app.SandboxUser;
import dev.overwinter.sandbox.app.UserIdColumn;
import dev.overwinter.sandbox.compare.RowDifference.Kind;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RowComparisonTest {
  private static final SandboxSeed SEED = SandboxSeed.small();
  private static final Map<UUID, UUID> NEW_IDS =
      SEED.sandboxUsers().all().stream()
          .map(SandboxUser::id)
          .collect(Collectors.toMap(id -> id, RowComparisonTest::newId));

  private static SupabaseSource source;
  private static SelfHostedTarget target;

  private Connection atSource;
  private Connection atTarget;
  private Statement statement;

  @BeforeAll
  static void carry_everything_over() throws Exception {
    SandboxOptions options = SandboxOptions.throwaway();
    source = SupabaseSource.start(options);
    source.plant(SEED);
    target = SelfHostedTarget.start(options);
    try (Connection from = source.connect(SupabaseSource.OWNER);
        Connection to = target.connect(SelfHostedTarget.SUPERUSER)) {
      new NaiveMigration(from, to).run(NEW_IDS);
    }
  }

  @AfterAll
  static void stop_both() {
    source.close();
    target.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    atSource = source.connect(SupabaseSource.OWNER);
    atTarget = target.connect(SelfHostedTarget.SUPERUSER);
    atTarget.setAutoCommit(false);
    statement = atTarget.createStatement();
    statement.execute("SET session_replication_role = replica");
  }

  /** What a test planted was never committed. */
  @AfterEach
  void disconnect() throws SQLException {
    atTarget.rollback();
    atTarget.close();
    atSource.close();
  }

  @Test
  void a_faithful_target_has_no_differences() throws SQLException {
    assertThat(differences()).isEmpty();
  }

  @Test
  void without_the_new_ids_every_user_is_a_difference() throws SQLException {
    List<RowDifference> differences = new RowComparison(atSource, atTarget, Map.of()).differences();

    assertThat(differences)
        .filteredOn(difference -> difference.table().equals("profiles"))
        .extracting(RowDifference::kind)
        .contains(Kind.MISSING, Kind.EXTRA)
        .doesNotContain(Kind.DIFFERENT);
    assertThat(differences).extracting(RowDifference::table).contains("sensor_readings");
  }

  @Test
  void a_changed_value_is_found_with_its_column() throws SQLException {
    String key = text("SELECT id || ',' || recorded_at FROM sensor_readings WHERE id = 77");
    statement.execute("UPDATE sensor_readings SET humidity = 12.34 WHERE id = 77");

    assertThat(differences())
        .containsExactly(
            new RowDifference("sensor_readings", key, Kind.DIFFERENT, List.of("humidity")));
  }

  @Test
  void a_lost_row_is_found() throws SQLException {
    String key = text("SELECT min(id::text) FROM door_events");
    statement.execute("DELETE FROM door_events WHERE id = " + key);

    assertThat(differences())
        .containsExactly(new RowDifference("door_events", key, Kind.MISSING, List.of()));
  }

  @Test
  void a_row_that_is_there_twice_is_found() throws SQLException {
    String key = text("SELECT id FROM manual_temperature_logs LIMIT 1");
    statement.execute(
        "ALTER TABLE manual_temperature_logs DROP CONSTRAINT manual_temperature_logs_pkey");
    statement.execute(
        "INSERT INTO manual_temperature_logs SELECT * FROM manual_temperature_logs WHERE id = '"
            + key
            + "'");

    assertThat(differences())
        .containsExactly(new RowDifference("manual_temperature_logs", key, Kind.EXTRA, List.of()));
  }

  @Test
  void a_difference_in_form_alone_is_a_difference() throws SQLException {
    statement.execute("UPDATE units SET volume_litres = 1200.500 WHERE volume_litres = 1200.5");
    statement.execute("UPDATE sites SET latitude = 0 WHERE latitude::text = '-0'");
    statement.execute("UPDATE profiles SET email = NULL WHERE email = ''");
    statement.execute(
        "UPDATE subscriptions SET metadata = metadata::jsonb::json WHERE metadata IS NOT NULL");

    assertThat(differences())
        .extracting(
            difference -> difference.table() + " " + difference.kind() + " " + difference.columns())
        .containsOnly(
            "units DIFFERENT [volume_litres]",
            "sites DIFFERENT [latitude]",
            "profiles DIFFERENT [email]",
            "subscriptions DIFFERENT [metadata]");
  }

  @Test
  void an_id_left_old_is_found_in_every_kind_of_column() throws SQLException {
    for (UserIdColumn column :
        List.of(
            new UserIdColumn("alerts", "assigned_to", UserIdColumn.Kind.UUID),
            new UserIdColumn("alert_rules", "watcher_ids", UserIdColumn.Kind.UUID_ARRAY),
            new UserIdColumn("event_logs", "actor_id", UserIdColumn.Kind.TEXT),
            new UserIdColumn("event_logs", "payload", UserIdColumn.Kind.JSONB))) {
      String newId =
          text(
              "SELECT n FROM unnest('{%s}'::text[]) AS n, %s AS t WHERE strpos(lower(t.%s::text), n) > 0 LIMIT 1"
                  .formatted(
                      NEW_IDS.values().stream()
                          .map(UUID::toString)
                          .collect(Collectors.joining(",")),
                      column.table(),
                      column.column()));
      String oldId =
          NEW_IDS.entrySet().stream()
              .filter(entry -> entry.getValue().toString().equals(newId))
              .findFirst()
              .orElseThrow()
              .getKey()
              .toString();
      String type =
          text("SELECT pg_typeof(" + column.column() + ") FROM " + column.table() + " LIMIT 1");
      statement.execute(
          "UPDATE %1$s SET %2$s = replace(lower(%2$s::text), '%3$s', '%4$s')::%5$s WHERE strpos(lower(%2$s::text), '%3$s') > 0"
              .formatted(column.table(), column.column(), newId, oldId, type));

      assertThat(differences())
          .as(column.toString())
          .isNotEmpty()
          .allSatisfy(
              difference -> {
                assertThat(difference.table()).isEqualTo(column.table());
                assertThat(difference.columns()).containsExactly(column.column());
              });
      atTarget.rollback();
      statement.execute("SET session_replication_role = replica");
    }
  }

  private List<RowDifference> differences() throws SQLException {
    return new RowComparison(atSource, atTarget, NEW_IDS).differences();
  }

  private String text(String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      assertThat(rows.next()).as(query).isTrue();
      return rows.getString(1);
    }
  }

  private static UUID newId(UUID old) {
    return UUID.nameUUIDFromBytes(("new " + old).getBytes(StandardCharsets.UTF_8));
  }
}
