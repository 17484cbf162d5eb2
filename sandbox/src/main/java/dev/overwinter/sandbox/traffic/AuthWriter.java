package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Channel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/**
 * Writes as Supabase Auth does: every fourth time somebody signs up, which sets off the
 * application's sign-up trigger; otherwise somebody signs in and gets a session.
 */
final class AuthWriter implements Writer {
  private static final int SIGN_UP_EVERY = 4;
  // Of "Frost-Window-live".
  private static final String PASSWORD_HASH =
      "$2a$10$Z1XjalbnZlPjag/qYVXjGOmK1cBBs8c9PjYNRZqfARVbv6T/HCpZC";
  private static final String ADD_USER =
      """
      INSERT INTO auth.users (
        instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
        confirmation_token, recovery_token, email_change_token_new, email_change,
        raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
      VALUES ('00000000-0000-0000-0000-000000000000', ?, 'authenticated', 'authenticated', ?, ?,
        now(), '', '', '', '', '{"provider": "email", "providers": ["email"]}',
        '{"full_name": "Signed up live"}', now(), now())
      """;
  private static final String ADD_IDENTITY =
      """
      INSERT INTO auth.identities (
        provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
      VALUES (?, ?, jsonb_build_object('sub', ?::text, 'email', ?::text, 'email_verified', true),
        'email', now(), now(), now())
      """;
  private static final String NOTE_SIGN_IN =
      "UPDATE auth.users SET last_sign_in_at = now(), updated_at = now() WHERE id = ?";
  private static final String ADD_SESSION =
      """
      INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal)
      VALUES (?, ?, now(), now(), 'aal1')
      """;
  private static final String ADD_REFRESH_TOKEN =
      """
      INSERT INTO auth.refresh_tokens (
        instance_id, token, user_id, revoked, created_at, updated_at, session_id)
      VALUES ('00000000-0000-0000-0000-000000000000', ?, ?, false, now(), now(), ?)
      """;

  private final Population population;
  private long round;

  AuthWriter(Population population) {
    this.population = population;
  }

  @Override
  public Channel channel() {
    return Channel.AUTH;
  }

  @Override
  public String role() {
    return "supabase_auth_admin";
  }

  @Override
  public String next() {
    round++;
    return "auth.users";
  }

  @Override
  public List<Change> write(Connection connection) throws SQLException {
    return round % SIGN_UP_EVERY == 0 ? signUp(connection) : signIn(connection);
  }

  private static List<Change> signUp(Connection connection) throws SQLException {
    UUID user = UUID.randomUUID();
    String email = "live-" + user + "@example.com";
    run(connection, ADD_USER, user, email, PASSWORD_HASH);
    run(connection, ADD_IDENTITY, user.toString(), user, user.toString(), email);
    return List.of(
        Change.insert("auth.users", "id", user),
        Change.insert("auth.identities", "provider_id", user),
        Change.insert("public.profiles", "id", user));
  }

  private List<Change> signIn(Connection connection) throws SQLException {
    UUID user = population.user(round);
    UUID session = UUID.randomUUID();
    String token = UUID.randomUUID().toString();
    run(connection, NOTE_SIGN_IN, user);
    run(connection, ADD_SESSION, session, user);
    run(connection, ADD_REFRESH_TOKEN, token, user.toString(), session);
    return List.of(
        Change.update("auth.users", "id", user),
        Change.insert("auth.sessions", "id", session),
        Change.insert("auth.refresh_tokens", "token", token));
  }

  private static void run(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
