package dev.overwinter.sandbox.freeze;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * People stay signed in, and can sign in, while the source is frozen. The statements are those of
 * Supabase Auth, in its order and its transactions: {@code internal/tokens/service.go}, {@code
 * internal/models} and {@code internal/api} of github.com/supabase/auth as of August 2026.
 */
class SigningInWhileFrozenTest {
  private static final UUID NO_INSTANCE = new UUID(0, 0);
  private static final UUID USER = UUID.fromString("00000000-0000-4000-8000-000000000001");

  private static EmbeddedPostgres server;

  private FrozenSource source;
  private WayOfFreezing.Overwinter freeze;

  /** As Supabase Auth has it: a pool whose sessions are older than the freeze. */
  private Connection auth;

  @BeforeAll
  static void start() throws Exception {
    server = FrozenSource.startServer();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void freeze() throws SQLException {
    source = FrozenSource.on(server);
    auth = source.open("supabase_auth_admin");
    freeze = new WayOfFreezing.Overwinter(source, source.step(), FrozenSource.input("a", "{}"));
  }

  @AfterEach
  void close() throws SQLException {
    auth.close();
    source.close();
  }

  @Test
  void a_password_opens_a_session() throws Exception {
    freeze.raise(told -> {});

    UUID session = signIn("password");

    assertThat(value("SELECT count(*) FROM sessions WHERE id = '%s'", session)).isEqualTo("1");
    assertThat(
            value(
                "SELECT last_sign_in_at > now() - interval '1 minute' FROM users WHERE id = '%s'",
                USER))
        .isEqualTo("t");
    assertStillFrozen();
  }

  @Test
  void a_session_from_before_the_freeze_is_refreshed_again_and_again() throws Exception {
    UUID session = signIn("password");
    freeze.raise(told -> {});

    for (int time = 0; time < 3; time++) {
      refresh(session);
    }

    assertThat(value("SELECT count(*) FROM refresh_tokens WHERE session_id = '%s'", session))
        .isEqualTo("4");
    assertThat(
            value(
                "SELECT count(*) FROM refresh_tokens WHERE session_id = '%s' AND NOT revoked",
                session))
        .isEqualTo("1");
    assertStillFrozen();
  }

  @Test
  void a_session_whose_tokens_are_counted_is_refreshed() throws Exception {
    UUID session = signIn("password");
    freeze.raise(told -> {});

    Sql.execute(auth, "begin");
    lockSession(session);
    update(
        "UPDATE \"sessions\" AS sessions SET \"refresh_token_hmac_key\" = ?,"
            + " \"refresh_token_counter\" = ?, \"updated_at\" = ? WHERE sessions.id = ?",
        "key",
        1L,
        now(),
        session);
    noteRefresh(session);
    Sql.execute(auth, "COMMIT");

    assertStillFrozen();
  }

  @Test
  void a_link_in_an_e_mail_opens_a_session() throws Exception {
    freeze.raise(told -> {});

    Sql.execute(auth, "begin");
    update(
        "UPDATE \"users\" AS users SET \"recovery_token\" = ?, \"recovery_sent_at\" = ?,"
            + " \"updated_at\" = ? WHERE users.id = ?",
        "a hashed token",
        now(),
        now(),
        USER);
    update(
        "DELETE FROM \"one_time_tokens\" WHERE token_type = ? and user_id = ?", "recovery", USER);
    update(
        "INSERT INTO \"one_time_tokens\" (\"created_at\", \"id\", \"relates_to\", \"token_hash\","
            + " \"token_type\", \"updated_at\", \"user_id\") VALUES (?, ?, ?, ?, ?, ?, ?)",
        now(),
        UUID.randomUUID(),
        "person1@example.com",
        "a hashed token",
        "recovery",
        now(),
        USER);
    Sql.execute(auth, "COMMIT");
    Sql.execute(auth, "begin");
    update(
        "UPDATE \"users\" AS users SET \"recovery_token\" = ?, \"updated_at\" = ? WHERE users.id = ?",
        "",
        now(),
        USER);
    update("DELETE FROM \"one_time_tokens\" WHERE user_id = ?", USER);
    audit("login");
    Sql.execute(auth, "COMMIT");
    signIn("otp");

    assertStillFrozen();
  }

  @Test
  void a_provider_with_the_same_profile_as_before_opens_a_session() throws Exception {
    freeze.raise(told -> {});

    Sql.execute(auth, "begin");
    update(
        "UPDATE \"identities\" AS identities SET \"identity_data\" = identity_data,"
            + " \"last_sign_in_at\" = ?, \"updated_at\" = ? WHERE identities.user_id = ?",
        now(),
        now(),
        USER);
    update(
        "UPDATE \"users\" AS users SET \"raw_user_meta_data\" = raw_user_meta_data,"
            + " \"updated_at\" = ? WHERE users.id = ?",
        now(),
        USER);
    Sql.execute(auth, "COMMIT");
    signIn("oauth");

    assertStillFrozen();
  }

  @Test
  void signing_out_ends_sessions_with_their_tokens() throws Exception {
    UUID session = signIn("password");
    signIn("password");
    freeze.raise(told -> {});

    Sql.execute(auth, "begin");
    audit("logout");
    update("DELETE FROM sessions WHERE id = ?", session);
    Sql.execute(auth, "COMMIT");
    Sql.execute(auth, "begin");
    audit("logout");
    update("DELETE FROM sessions WHERE user_id = ?", USER);
    Sql.execute(auth, "COMMIT");

    assertThat(value("SELECT count(*) FROM refresh_tokens WHERE user_id = '%s'", USER))
        .isEqualTo("0");
    assertStillFrozen();
  }

  @Test
  void what_makes_somebody_another_person_is_refused_with_the_status_for_unavailable()
      throws Exception {
    freeze.raise(told -> {});

    for (String change : List.of("email", "phone", "encrypted_password")) {
      assertRefused(
          "UPDATE \"users\" AS users SET \"%s\" = ?, \"updated_at\" = ? WHERE users.id = ?"
              .formatted(change),
          "another",
          now(),
          USER);
    }
    // Whoever signs in by a provider has the profile there copied first.
    assertRefused(
        "UPDATE \"identities\" AS identities SET \"identity_data\" = ?::jsonb,"
            + " \"last_sign_in_at\" = ?, \"updated_at\" = ? WHERE identities.user_id = ?",
        "{}",
        now(),
        now(),
        USER);
    assertStillFrozen();
  }

  /** The grant of a first token, as every way of signing in ends with it. */
  private UUID signIn(String method) throws SQLException {
    UUID session = UUID.randomUUID();
    Sql.execute(auth, "begin");
    audit("login");
    update(
        "INSERT INTO \"sessions\" (\"aal\", \"created_at\", \"id\", \"updated_at\", \"user_id\","
            + " \"user_agent\") VALUES (?::aal_level, ?, ?, ?, ?, ?)",
        "aal1",
        now(),
        session,
        now(),
        USER,
        "a browser");
    addToken(session, "");
    noteSignIn();
    update(
        "INSERT INTO mfa_amr_claims(id, session_id, created_at, updated_at, authentication_method)"
            + " values (?, ?, ?, ?, ?) ON CONFLICT ON CONSTRAINT"
            + " mfa_amr_claims_session_id_authentication_method_pkey DO UPDATE SET updated_at = ?",
        UUID.randomUUID(),
        session,
        now(),
        now(),
        method,
        now());
    Sql.execute(auth, "COMMIT");
    return session;
  }

  private void refresh(UUID session) throws SQLException {
    String current = "SELECT token FROM refresh_tokens WHERE session_id = '%s' AND NOT revoked";
    String token = value(current, session);
    Sql.execute(auth, "begin");
    Sql.query(
        auth,
        "SELECT * FROM \"refresh_tokens\" WHERE token = '%s' LIMIT 1 FOR UPDATE SKIP LOCKED"
            .formatted(token));
    lockSession(session);
    Sql.query(
        auth,
        "SELECT id FROM \"users\" WHERE id = '%s' LIMIT 1 FOR UPDATE SKIP LOCKED".formatted(USER));
    audit("token_refreshed");
    audit("token_revoked");
    update(
        "UPDATE \"refresh_tokens\" AS refresh_tokens SET \"revoked\" = ?, \"updated_at\" = ?"
            + " WHERE refresh_tokens.token = ?",
        true,
        now(),
        token);
    addToken(session, token);
    noteSignIn();
    noteRefresh(session);
    Sql.execute(auth, "COMMIT");
  }

  private void lockSession(UUID session) throws SQLException {
    Sql.query(
        auth,
        "SELECT * FROM \"sessions\" WHERE id = '%s' LIMIT 1 FOR UPDATE SKIP LOCKED"
            .formatted(session));
  }

  private void noteRefresh(UUID session) throws SQLException {
    update(
        "UPDATE \"sessions\" AS sessions SET \"refreshed_at\" = ?, \"user_agent\" = ?, \"ip\" = ?::inet,"
            + " \"updated_at\" = ? WHERE sessions.id = ?",
        now(),
        "a browser",
        "192.0.2.1",
        now(),
        session);
  }

  private void noteSignIn() throws SQLException {
    update(
        "UPDATE \"users\" AS users SET \"last_sign_in_at\" = ?, \"updated_at\" = ? WHERE users.id = ?",
        now(),
        now(),
        USER);
  }

  private void addToken(UUID session, String parent) throws SQLException {
    update(
        "INSERT INTO \"refresh_tokens\" (\"created_at\", \"instance_id\", \"parent\", \"revoked\","
            + " \"session_id\", \"token\", \"updated_at\", \"user_id\")"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        now(),
        NO_INSTANCE,
        parent,
        false,
        session,
        UUID.randomUUID().toString(),
        now(),
        USER.toString());
  }

  private void audit(String action) throws SQLException {
    update(
        "INSERT INTO \"audit_log_entries\" (\"created_at\", \"id\", \"instance_id\", \"ip_address\","
            + " \"payload\") VALUES (?, ?, ?, ?, ?::json)",
        now(),
        UUID.randomUUID(),
        NO_INSTANCE,
        "192.0.2.1",
        "{\"action\": \"%s\"}".formatted(action));
  }

  private void update(String sql, Object... values) throws SQLException {
    Sql.execute(auth, sql, values);
  }

  private String value(String query, Object value) throws SQLException {
    return Sql.query(auth, query.formatted(value)).get(0);
  }

  private void assertRefused(String sql, Object... values) {
    assertThatThrownBy(() -> update(sql, values))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("PT503"));
  }

  /** Also by the statistics, which know of every row that was written. */
  private void assertStillFrozen() throws Exception {
    auth.close();
    Thread.sleep(100);
    assertThat(freeze.findings()).isEmpty();
  }

  private static Timestamp now() {
    return new Timestamp(System.currentTimeMillis());
  }
}
