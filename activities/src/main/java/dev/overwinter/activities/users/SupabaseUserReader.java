package dev.overwinter.activities.users;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.SupabaseUser.Flags;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import dev.overwinter.activities.users.SupabaseUser.Login;
import dev.overwinter.activities.users.SupabaseUser.Profile;
import dev.overwinter.workflows.FailureType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Reads {@code auth.users} and {@code auth.identities} page by page. Columns that this Supabase
 * does not have yet count as empty. Of the users only the ids of those are kept whose e-mail
 * belongs to somebody else. Not thread-safe.
 */
final class SupabaseUserReader {
  static final int PAGE = 100;

  private static final String ALL_ZEROS = "00000000-0000-0000-0000-000000000000";

  private final Database source;
  private final ObjectMapper json = Json.mapper();
  private String selectUsers;
  private String selectIdentities;
  private Set<UUID> emailOwnedByAnother;

  SupabaseUserReader(Database source) {
    this.source = source;
  }

  /** How many users there are, of every kind. */
  long count() {
    return source.inTransaction(
        "count of auth.users",
        connection -> {
          try (PreparedStatement statement =
                  connection.prepareStatement("SELECT count(*) FROM auth.users");
              ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
          }
        });
  }

  /**
   * The next users by id.
   *
   * @param after the last id seen, or null to begin
   * @return empty when there are no more
   */
  List<SupabaseUser> page(UUID after) {
    return read(
        "WHERE CAST(? AS uuid) IS NULL OR id > CAST(? AS uuid) ORDER BY id LIMIT " + PAGE,
        statement -> {
          statement.setObject(1, after);
          statement.setObject(2, after);
        });
  }

  /** Those of the users that exist. */
  List<SupabaseUser> byIds(Collection<UUID> ids) {
    return read(
        "WHERE id = ANY (?) ORDER BY id",
        statement -> statement.setArray(1, uuids(statement.getConnection(), ids)));
  }

  private List<SupabaseUser> read(String condition, Binder binder) {
    return source.inTransaction(
        "reading auth.users",
        connection -> {
          prepare(connection);
          Map<UUID, SupabaseUser> users = new LinkedHashMap<>();
          try (PreparedStatement statement = connection.prepareStatement(selectUsers + condition)) {
            binder.bind(statement);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                SupabaseUser user = user(rows);
                users.put(user.id(), user);
              }
            }
          }
          return withIdentities(connection, users);
        });
  }

  private List<SupabaseUser> withIdentities(Connection connection, Map<UUID, SupabaseUser> users)
      throws SQLException {
    Map<UUID, List<Identity>> identities = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(selectIdentities)) {
      statement.setArray(1, uuids(connection, users.keySet()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          UUID user = rows.getObject("user_id", UUID.class);
          JsonNode data = json(user, rows.getString("identity_data"));
          identities
              .computeIfAbsent(user, id -> new ArrayList<>())
              .add(
                  new Identity(
                      rows.getString("provider"),
                      rows.getString("provider_id"),
                      data == null ? json.createObjectNode() : data));
        }
      }
    }
    return users.values().stream()
        .map(
            user ->
                new SupabaseUser(
                    user.id(),
                    user.login(),
                    user.profile(),
                    user.flags(),
                    identities.getOrDefault(user.id(), List.of())))
        .toList();
  }

  private SupabaseUser user(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    return new SupabaseUser(
        id,
        new Login(
            row.getString("email"),
            row.getBoolean("email_confirmed"),
            row.getString("encrypted_password"),
            row.getString("phone"),
            row.getBoolean("phone_confirmed")),
        new Profile(
            json(id, row.getString("raw_user_meta_data")),
            json(id, row.getString("raw_app_meta_data")),
            row.getString("created_at"),
            row.getString("banned_until")),
        new Flags(
            row.getBoolean("visible"),
            row.getBoolean("is_sso_user"),
            row.getBoolean("is_anonymous"),
            row.getBoolean("deleted"),
            !emailOwnedByAnother.contains(id)),
        List.of());
  }

  private JsonNode json(UUID user, String text) {
    if (text == null) {
      return null;
    }
    try {
      JsonNode value = json.readTree(text);
      return value.isNull() ? null : value;
    } catch (JsonProcessingException e) {
      throw new StepException(
          FailureType.DATABASE_REFUSED,
          "The metadata of user %s in auth.users is nested too deeply to be carried."
              .formatted(user));
    }
  }

  private void prepare(Connection connection) throws SQLException {
    if (selectUsers != null) {
      return;
    }
    Set<String> users = columns(connection, "auth.users");
    Set<String> identities = columns(connection, "auth.identities");
    Columns user = new Columns(users);
    String email = "lower(btrim(%s))".formatted(user.text("email"));
    String visible =
        users.contains("instance_id")
            ? "coalesce(instance_id = '" + ALL_ZEROS + "', false)"
            : "true";
    String deleted = user.set("deleted_at");
    emailOwnedByAnother =
        ids(
            connection,
            // The oldest confirmed address that Supabase Auth itself would find wins.
            """
            SELECT id
              FROM (SELECT id, row_number() OVER (
                             PARTITION BY email
                             ORDER BY visible DESC, sso, confirmed DESC, created_at NULLS LAST, id)
                           AS place
                      FROM (SELECT id, %s AS email, %s AS visible, %s AS sso, %s AS confirmed,
                                   %s AS created_at
                              FROM auth.users
                             WHERE NOT %s) candidate
                     WHERE email <> '') ranked
             WHERE place > 1
            """
                .formatted(
                    email,
                    visible,
                    user.flag("is_sso_user"),
                    user.set("email_confirmed_at"),
                    user.orNull("created_at", "timestamptz"),
                    deleted));
    String providerId = identities.contains("provider_id") ? "provider_id" : "id";
    String order = identities.contains("created_at") ? "created_at NULLS LAST, " : "";
    selectIdentities =
        identities.isEmpty()
            ? "SELECT id AS user_id, NULL AS provider, NULL AS provider_id, NULL AS identity_data"
                + " FROM auth.users WHERE id = ANY (?) AND false"
            : """
              SELECT user_id, provider, %1$s::text AS provider_id, identity_data::text
                FROM auth.identities WHERE user_id = ANY (?) ORDER BY %2$sprovider, %1$s
              """
                .formatted(providerId, order);
    selectUsers =
        """
        SELECT id, nullif(%s, '') AS email, %s AS email_confirmed,
               nullif(%s, '') AS encrypted_password,
               nullif(%s, '') AS phone, %s AS phone_confirmed,
               %s AS raw_user_meta_data, %s AS raw_app_meta_data,
               %s AS created_at, %s AS banned_until,
               %s AS visible, %s AS is_sso_user, %s AS is_anonymous, %s AS deleted
          FROM auth.users
        """
            .formatted(
                email,
                user.set("email_confirmed_at"),
                user.text("encrypted_password"),
                user.text("phone"),
                user.set("phone_confirmed_at"),
                user.text("raw_user_meta_data"),
                user.text("raw_app_meta_data"),
                iso(user.orNull("created_at", "timestamptz")),
                users.contains("banned_until")
                    ? "CASE WHEN banned_until > now() THEN " + iso("banned_until") + " END"
                    : "NULL::text",
                visible,
                user.flag("is_sso_user"),
                user.flag("is_anonymous"),
                deleted);
  }

  private static String iso(String timestamp) {
    // to_char knows no infinity.
    return """
        CASE WHEN isfinite(%1$s) THEN to_char(%1$s, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             ELSE (%1$s)::text END"""
        .formatted(timestamp);
  }

  private static Set<String> columns(Connection connection, String table) throws SQLException {
    Set<String> names = new HashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            SELECT attname FROM pg_catalog.pg_attribute
             WHERE attrelid = pg_catalog.to_regclass(?) AND attnum > 0 AND NOT attisdropped
            """)) {
      statement.setString(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
    }
    if (names.isEmpty() && table.equals("auth.users")) {
      throw new StepException(
          FailureType.DATABASE_REFUSED,
          "The source has no table auth.users: it is not a Supabase database. Check the source's"
              + " address in the worker's settings.");
    }
    return names;
  }

  private static Set<UUID> ids(Connection connection, String sql) throws SQLException {
    Set<UUID> ids = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getObject(1, UUID.class));
      }
    }
    return ids;
  }

  private static Array uuids(Connection connection, Collection<UUID> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.toArray());
  }

  @FunctionalInterface
  private interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Expressions over columns that may not exist. */
  private record Columns(Set<String> names) {
    String orNull(String column, String type) {
      return names.contains(column) ? column : "NULL::" + type;
    }

    String text(String column) {
      return orNull(column, "text") + "::text";
    }

    String flag(String column) {
      return names.contains(column) ? "coalesce(" + column + ", false)" : "false";
    }

    String set(String column) {
      return names.contains(column) ? "(" + column + " IS NOT NULL)" : "false";
    }
  }
}
