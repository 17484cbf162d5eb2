package dev.overwinter.sandbox.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.sandbox.app.SandboxApplication;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SupabaseSourceTest {
  private static SupabaseSource source;
  private static SelfHostedTarget target;

  @BeforeAll
  static void start_both() throws SQLException {
    SandboxOptions options = SandboxOptions.throwaway();
    source = SupabaseSource.start(options);
    target = SelfHostedTarget.start(options);
  }

  @AfterAll
  static void stop_both() {
    source.close();
    target.close();
  }

  @Test
  void postgres_has_the_rights_of_a_hosted_project_and_no_more() throws SQLException {
    assertThat(
            onSource(
                "postgres",
                "SELECT concat_ws(',', rolsuper, rolcreatedb, rolcreaterole, rolcanlogin,"
                    + " rolreplication, rolbypassrls) FROM pg_roles WHERE rolname = 'postgres'"))
        .containsExactly("f,t,t,t,t,t");
    assertThat(
            onSource(
                "postgres",
                "SELECT r.rolname FROM pg_auth_members JOIN pg_roles AS r ON r.oid = roleid"
                    + " WHERE member = 'postgres'::regrole ORDER BY 1"))
        .containsExactly(
            "anon",
            "authenticated",
            "pg_monitor",
            "pg_read_all_data",
            "pg_signal_backend",
            "service_role");
    assertThat(
            onSource(
                "postgres", "SELECT datdba::regrole FROM pg_database WHERE datname = 'postgres'"))
        .containsExactly("postgres");
    assertThat(onSource("postgres", "SELECT rolname FROM pg_roles WHERE rolsuper"))
        .containsExactly("supabase_admin");
  }

  @Test
  void postgres_may_trigger_on_auth_tables_but_does_not_own_them() throws SQLException {
    assertThat(
            onSource(
                "postgres", "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'auth'"))
        .containsExactly("supabase_auth_admin");
    assertThat(
            onSource("postgres", "SELECT has_table_privilege('auth.users', 'TRIGGER, REFERENCES')"))
        .containsExactly("t");
    refused("42501", "ALTER TABLE auth.users DISABLE TRIGGER ALL");
    refused("42501", "CREATE TABLE auth.mine (id int)");
    refused("42501", "SET session_replication_role = replica");
  }

  @Test
  void the_api_roles_are_as_postgrest_expects_them() throws SQLException {
    assertThat(onSource("authenticator", "SHOW statement_timeout")).containsExactly("8s");
    assertThat(onSource("postgres", "SHOW statement_timeout")).containsExactly("2min");
    assertThat(
            onSource(
                "postgres",
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                    + " AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity"))
        .isEmpty();
    assertThat(
            onSource(
                "postgres",
                "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))
        .containsExactly("postgres");
  }

  @Test
  void authenticator_acts_for_the_user_of_the_request() throws SQLException {
    String user = "11111111-1111-4111-8111-111111111111";
    try (Connection connection = source.connect("authenticator");
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT * FROM units"))
          .isInstanceOfSatisfying(
              SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
      statement.execute("SET ROLE authenticated");
      statement.execute("SET request.jwt.claims = '{\"sub\": \"" + user + "\"}'");

      assertThat(texts(connection, "SELECT auth.uid()")).containsExactly(user);
      assertThat(texts(connection, "SELECT count(*) FROM units")).containsExactly("0");
    }
  }

  @Test
  void both_sides_have_the_23_tables_in_8_levels() throws SQLException {
    assertThat(SandboxApplication.TABLES).hasSize(23).doesNotHaveDuplicates();
    assertThat(levels(source.connect("postgres"))).isEqualTo(sorted(SandboxApplication.LEVELS));
    assertThat(levels(target.connect("app_owner"))).isEqualTo(sorted(SandboxApplication.LEVELS));
  }

  @Test
  void wrong_passwords_are_refused_on_both_sides() {
    for (String url : List.of(source.jdbcUrl(), target.jdbcUrl())) {
      assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "guess"))
          .isInstanceOfSatisfying(
              SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo("28P01"));
    }
  }

  @Test
  void the_target_belongs_to_a_plain_owner_and_serves_a_plain_role() throws SQLException {
    try (Connection connection = target.connect(target.user())) {
      assertThat(
              texts(
                  connection,
                  "SELECT DISTINCT tableowner || ',' || rolsuper FROM pg_tables"
                      + " JOIN pg_roles ON rolname = tableowner WHERE schemaname = 'public'"))
          .containsExactly("app_owner,false");
    }
    try (Connection connection = target.connect(SelfHostedTarget.APPLICATION);
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO organizations (name, slug) VALUES ('One', 'one')");
      statement.execute("DELETE FROM organizations WHERE slug = 'one'");
      assertThatThrownBy(() -> statement.execute("TRUNCATE organizations CASCADE"))
          .isInstanceOfSatisfying(
              SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void one_more_database_can_be_made_to_rehearse_in() throws SQLException {
    target.createDatabase("rehearsal");

    assertThat(levels(target.connect("rehearsal", "app_owner")))
        .isEqualTo(sorted(SandboxApplication.LEVELS));
  }

  private static void refused(String sqlState, String sql) throws SQLException {
    try (Connection connection = source.connect("postgres");
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql))
          .isInstanceOfSatisfying(
              SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo(sqlState));
    }
  }

  private static List<List<String>> sorted(List<List<String>> levels) {
    return levels.stream().map(level -> level.stream().sorted().toList()).toList();
  }

  /** Tables that need each other share a level; otherwise a table stands above all it refers to. */
  private static List<List<String>> levels(Connection connection) throws SQLException {
    String query =
        """
        WITH RECURSIVE tables AS (
          SELECT oid, relname FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        ), edges AS (
          SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint
          WHERE contype = 'f' AND conparentid = 0 AND conrelid <> confrelid
            AND conrelid IN (SELECT oid FROM tables) AND confrelid IN (SELECT oid FROM tables)
        ), reach AS (
          SELECT child, parent FROM edges
          UNION SELECT reach.child, edges.parent FROM reach JOIN edges ON edges.child = reach.parent
        ), same AS (
          SELECT oid AS a, oid AS b FROM tables
          UNION SELECT r.child, r.parent FROM reach AS r JOIN reach AS back
            ON back.child = r.parent AND back.parent = r.child
        ), upward AS (
          SELECT DISTINCT same.a AS child, edges.parent FROM same JOIN edges ON edges.child = same.b
          EXCEPT SELECT a, b FROM same
        ), climb AS (
          SELECT oid, 1 AS level FROM tables
          UNION SELECT upward.child, climb.level + 1 FROM climb JOIN upward ON upward.parent = climb.oid
        ), top AS (
          SELECT oid, max(level) AS level FROM climb GROUP BY oid
        )
        SELECT string_agg(relname, ',' ORDER BY relname) FROM top JOIN tables USING (oid)
        GROUP BY level ORDER BY level
        """;
    try (connection) {
      return texts(connection, query).stream().map(level -> List.of(level.split(","))).toList();
    }
  }

  private static List<String> onSource(String role, String query) throws SQLException {
    try (Connection connection = source.connect(role)) {
      return texts(connection, query);
    }
  }

  private static List<String> texts(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }
}
