package dev.overwinter.sandbox.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import dev.overwinter.sandbox.traffic.LiveWrite.Operation;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveTrafficTest {
  private static final double RATE = 100;

  private static SupabaseSource source;
  private static SelfHostedTarget target;

  @BeforeAll
  static void start_both() throws SQLException {
    SandboxOptions options = SandboxOptions.throwaway();
    source = SupabaseSource.start(options);
    source.plant(SandboxSeed.small());
    target = SelfHostedTarget.start(options);
  }

  @AfterAll
  static void stop_both() {
    source.close();
    target.close();
  }

  @Test
  void every_channel_writes_and_every_accepted_insert_is_there() throws Exception {
    try (LiveTraffic traffic = LiveTraffic.start(source, RATE)) {
      until(() -> accepted(traffic, Channel.REST, "public.manual_temperature_logs") >= 3);
      until(() -> accepted(traffic, Channel.REST, "public.event_logs") >= 3);
      until(() -> accepted(traffic, Channel.AUTH, "public.profiles") >= 3);
      until(() -> accepted(traffic, Channel.AUTH, "auth.refresh_tokens") >= 3);
      until(() -> accepted(traffic, Channel.CRON, "public.sensor_readings") >= 3);
      traffic.stop();

      assertThat(traffic.refusedWrites()).isEmpty();
      assertThat(traffic.ambiguousWrites()).isEmpty();
      assertThat(traffic.acceptedWrites())
          .allSatisfy(write -> assertThat(write.before()).isBefore(write.after()));
      try (Connection connection = source.connect(SupabaseSource.OWNER)) {
        assertThat(traffic.missingFrom(connection, UnaryOperator.identity())).isEmpty();
      }
    }
  }

  @Test
  void an_insert_that_is_not_there_is_reported_missing() throws Exception {
    try (LiveTraffic traffic = LiveTraffic.start(source, RATE);
        Connection connection = source.connect(SupabaseSource.OWNER);
        Statement statement = connection.createStatement()) {
      until(() -> accepted(traffic, Channel.AUTH, "public.profiles") >= 2);
      until(() -> accepted(traffic, Channel.CRON, "public.sensor_readings") >= 1);
      traffic.stop();
      LiveWrite lost = inserts(traffic, "public.sensor_readings").get(0);
      statement.execute("DELETE FROM public.sensor_readings WHERE id = " + lost.key());

      assertThat(traffic.missingFrom(connection, UnaryOperator.identity())).containsExactly(lost);
      assertThat(traffic.missingFrom(connection, id -> UUID.randomUUID()))
          .containsAll(inserts(traffic, "public.profiles"))
          .contains(lost)
          .hasSize(inserts(traffic, "public.profiles").size() + 1);
    }
  }

  @Test
  void a_read_only_default_does_not_stop_the_api_and_a_trigger_does() throws Exception {
    try (Connection connection = source.connect(SupabaseSource.OWNER);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER DATABASE postgres SET default_transaction_read_only = on");
      try (LiveTraffic traffic = LiveTraffic.start(source, RATE)) {
        until(
            () ->
                refused(traffic, Channel.AUTH, "25006") && refused(traffic, Channel.CRON, "25006"));
        until(() -> accepted(traffic, Channel.REST, "public.event_logs") > 3);
        assertThat(traffic.refusedWrites()).noneMatch(write -> write.channel() == Channel.REST);

        statement.execute(
            """
            CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'frozen' USING ERRCODE = 'PT503'; END $$
            """);
        for (String table : List.of("event_logs", "manual_temperature_logs", "units")) {
          statement.execute(
              "CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON "
                  + table
                  + " EXECUTE FUNCTION guard()");
        }
        until(() -> refused(traffic, Channel.REST, "PT503"));

        statement.execute("DROP FUNCTION guard() CASCADE");
        statement.execute("ALTER DATABASE postgres RESET default_transaction_read_only");
        long before = accepted(traffic, Channel.REST, "public.event_logs");
        until(() -> accepted(traffic, Channel.REST, "public.event_logs") > before + 1);
        traffic.stop();
        assertThat(traffic.missingFrom(connection, UnaryOperator.identity())).isEmpty();
      }
    }
  }

  @Test
  void writers_come_back_after_their_connections_are_cut() throws Exception {
    try (LiveTraffic traffic = LiveTraffic.start(source, RATE);
        Connection connection = source.connect(SupabaseSource.SUPERUSER);
        Statement statement = connection.createStatement()) {
      until(() -> accepted(traffic, Channel.CRON, "public.sensor_readings") > 3);
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
      long before = accepted(traffic, Channel.CRON, "public.sensor_readings");
      until(() -> accepted(traffic, Channel.CRON, "public.sensor_readings") > before + 3);
      traffic.stop();

      assertThat(traffic.refusedWrites().size() + traffic.ambiguousWrites().size()).isPositive();
      assertThat(traffic.missingFrom(connection, UnaryOperator.identity())).isEmpty();
    }
  }

  @Test
  void an_empty_database_is_refused_with_the_remedy() throws SQLException {
    target.createDatabase("empty");
    Database empty = role -> target.connect("empty", role);

    assertThatThrownBy(() -> Population.of(empty, SelfHostedTarget.OWNER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fill it");
  }

  @Test
  void the_application_inserts_updates_and_deletes_on_its_own_server() throws Exception {
    try (Connection connection = target.connect(SelfHostedTarget.SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO organizations (id, name, slug) VALUES ('11111111-1111-4111-8111-111111111111', 'One', 'one');
          INSERT INTO profiles (id) VALUES (gen_random_uuid()), (gen_random_uuid());
          INSERT INTO sites (id, organization_id, name) SELECT id, id, 'Site' FROM organizations;
          INSERT INTO areas (id, site_id, name) SELECT id, id, 'Area' FROM sites;
          INSERT INTO units (id, area_id, name, type) SELECT id, id, 'Unit', 'freezer' FROM areas;
          INSERT INTO pairing_sessions (code, expires_at)
            SELECT lpad(n::text, 8, '0'), now() FROM generate_series(1, 100) AS n;
          """);
      try (LiveTraffic traffic = LiveTraffic.start(target, RATE)) {
        until(
            () ->
                traffic.acceptedWrites().stream().map(LiveWrite::operation).distinct().count()
                    == Operation.values().length);
        traffic.stop();

        assertThat(traffic.refusedWrites()).isEmpty();
        assertThat(traffic.missingFrom(connection, UnaryOperator.identity())).isEmpty();
      }
    }
  }

  private static long accepted(LiveTraffic traffic, Channel channel, String table) {
    return traffic.acceptedWrites().stream()
        .filter(write -> write.channel() == channel && write.table().equals(table))
        .count();
  }

  private static boolean refused(LiveTraffic traffic, Channel channel, String sqlState) {
    return traffic.refusedWrites().stream()
        .anyMatch(write -> write.channel() == channel && sqlState.equals(write.sqlState()));
  }

  private static List<LiveWrite> inserts(LiveTraffic traffic, String table) {
    return traffic.acceptedWrites().stream()
        .filter(write -> write.operation() == Operation.INSERT && write.table().equals(table))
        .toList();
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(10);
    }
  }
}
