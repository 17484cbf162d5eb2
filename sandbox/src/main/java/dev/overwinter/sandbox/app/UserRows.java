package dev.overwinter.sandbox.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** Writes the seeded users into schema auth. Not thread-safe. */
final class UserRows {
  private static final OffsetDateTime FIRST_SIGN_UP =
      LocalDateTime.of(2024, 1, 8, 6, 30).atOffset(ZoneOffset.UTC);
  private static final OffsetDateTime FAR_FUTURE =
      LocalDateTime.of(2126, 1, 1, 0, 0).atOffset(ZoneOffset.UTC);
  private static final UUID NO_INSTANCE = new UUID(0, 0);
  private static final String INSERT_USER =
      """
      INSERT INTO auth.users (
        instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
        confirmation_token, recovery_token, email_change_token_new, email_change,
        last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
        phone, phone_confirmed_at, banned_until, is_sso_user, deleted_at, is_anonymous)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String INSERT_IDENTITY =
      """
      INSERT INTO auth.identities (
        provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id)
      VALUES (?, ?, ?::jsonb, ?, ?, ?, ?, ?)
      """;
  private static final String INSERT_FACTOR =
      """
      INSERT INTO auth.mfa_factors (
        id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
      VALUES (?, ?, 'phone app', 'totp', 'verified', ?, ?, 'JBSWY3DPEHPK3PXP')
      """;

  private final ObjectMapper json = new ObjectMapper();
  private final long seed;

  UserRows(long seed) {
    this.seed = seed;
  }

  void insert(Connection connection, SandboxUsers users) throws SQLException {
    try (PreparedStatement user = connection.prepareStatement(INSERT_USER);
        PreparedStatement identity = connection.prepareStatement(INSERT_IDENTITY);
        PreparedStatement factor = connection.prepareStatement(INSERT_FACTOR)) {
      for (SandboxUser each : users.all()) {
        addUser(user, each);
        for (String provider : each.providers()) {
          addIdentity(identity, each, provider);
        }
        if (each.kind() == UserKind.TOTP) {
          addFactor(factor, each);
        }
      }
      user.executeBatch();
      identity.executeBatch();
      factor.executeBatch();
    }
  }

  private void addUser(PreparedStatement row, SandboxUser user) throws SQLException {
    UserKind kind = user.kind();
    boolean byHand = kind == UserKind.MADE_BY_HAND;
    OffsetDateTime created = byHand ? null : signedUpAt(user);
    boolean unconfirmed = kind == UserKind.UNCONFIRMED_EMAIL || kind == UserKind.SOFT_DELETED;
    String token = byHand ? null : "";
    int column = 0;
    row.setObject(++column, byHand ? null : NO_INSTANCE, Types.OTHER);
    row.setObject(++column, user.id());
    row.setString(++column, "authenticated");
    row.setString(++column, "authenticated");
    row.setString(++column, user.email());
    row.setString(++column, user.encryptedPassword());
    row.setObject(++column, user.email() == null || unconfirmed ? null : signedUpAt(user));
    row.setString(
        ++column, kind == UserKind.UNCONFIRMED_EMAIL ? Digests.md5("confirm" + user.id()) : token);
    row.setString(++column, token);
    row.setString(++column, token);
    row.setString(++column, token);
    row.setObject(++column, user.number() % 5 == 0 ? null : signedUpAt(user).plusDays(90));
    row.setString(++column, byHand ? null : appMetadata(user));
    row.setString(++column, byHand ? null : userMetadata(user));
    row.setObject(++column, created);
    row.setObject(++column, created);
    row.setString(++column, user.phone());
    row.setObject(++column, user.phone() == null || unconfirmed ? null : signedUpAt(user));
    row.setObject(++column, bannedUntil(user));
    row.setBoolean(++column, kind == UserKind.SSO);
    row.setObject(++column, kind == UserKind.SOFT_DELETED ? signedUpAt(user).plusDays(200) : null);
    row.setBoolean(++column, kind == UserKind.ANONYMOUS);
    row.addBatch();
  }

  private void addIdentity(PreparedStatement row, SandboxUser user, String provider)
      throws SQLException {
    boolean own = provider.equals("email") || provider.equals("phone");
    String subject = own ? user.id().toString() : subjectAt(provider, user);
    boolean deleted = user.kind() == UserKind.SOFT_DELETED;
    int column = 0;
    row.setString(++column, deleted ? Digests.obfuscated(user.id(), subject) : subject);
    row.setObject(++column, user.id());
    row.setString(++column, deleted ? "{}" : identityData(user, provider, subject));
    row.setString(++column, provider);
    row.setObject(++column, signedUpAt(user).plusDays(90));
    row.setObject(++column, signedUpAt(user));
    row.setObject(++column, signedUpAt(user));
    row.setObject(++column, Digests.id(seed, "identity " + provider, user.number()));
    row.addBatch();
  }

  private void addFactor(PreparedStatement row, SandboxUser user) throws SQLException {
    row.setObject(1, Digests.id(seed, "factor", user.number()));
    row.setObject(2, user.id());
    row.setObject(3, signedUpAt(user));
    row.setObject(4, signedUpAt(user));
    row.addBatch();
  }

  private static OffsetDateTime signedUpAt(SandboxUser user) {
    return FIRST_SIGN_UP.plusHours(user.number()).plusNanos(user.number() * 1_000L);
  }

  private static OffsetDateTime bannedUntil(SandboxUser user) {
    return switch (user.kind()) {
      case BANNED -> FAR_FUTURE;
      case BAN_EXPIRED -> signedUpAt(user).plusDays(30);
      default -> null;
    };
  }

  private static String subjectAt(String provider, SandboxUser user) {
    return provider.equals("github")
        ? Integer.toString(9_000_000 + user.number())
        : Digests.md5(provider + user.id());
  }

  private String appMetadata(SandboxUser user) {
    ObjectNode metadata = json.createObjectNode();
    if (user.kind() == UserKind.SOFT_DELETED || user.kind() == UserKind.ANONYMOUS) {
      return metadata.toString();
    }
    metadata.put("provider", user.providers().get(0));
    user.providers().forEach(metadata.putArray("providers")::add);
    if (user.number() % 4 == 0) {
      metadata.putArray("roles").add("manager").add("auditor");
    }
    if (user.number() % 6 == 0) {
      metadata.put("plan", "pro");
    }
    return metadata.toString();
  }

  private String userMetadata(SandboxUser user) {
    ObjectNode metadata = json.createObjectNode();
    if (user.kind() == UserKind.SOFT_DELETED || user.kind() == UserKind.ANONYMOUS) {
      return metadata.toString();
    }
    String name = name(user);
    switch (user.number() % 7) {
      case 0 -> metadata.put("full_name", name).put("avatar_url", "https://example.com/a.png");
      case 1 -> metadata.put("name", name).put("picture", "https://example.com/p.png");
      case 2 -> metadata.put("display_name", name);
      case 3 -> metadata.put("first_name", name).put("last_name", "Okafor");
      case 4 -> metadata.put("user_name", "cold" + user.number()).put("preferred_username", "c");
      case 5 -> metadata.put("name", "").put("full_name", name).put("email_verified", true);
      default -> metadata.putNull("name");
    }
    return metadata.toString();
  }

  private String identityData(SandboxUser user, String provider, String subject) {
    ObjectNode data = json.createObjectNode();
    data.put("sub", subject);
    if (provider.equals("phone")) {
      data.put("phone", user.phone()).put("phone_verified", true);
      return data.toString();
    }
    data.put("email", user.email());
    data.put("email_verified", user.kind() != UserKind.UNCONFIRMED_EMAIL);
    if (!provider.equals("email")) {
      data.put("full_name", name(user)).put("provider_id", subject);
    }
    return data.toString();
  }

  private static String name(SandboxUser user) {
    return switch (user.number() % 5) {
      case 0 -> "Zoë \"Ice\" O'Brien " + user.number();
      case 1 -> "山田 太郎 " + user.number();
      case 2 -> "Ana 🧊 Flores " + user.number();
      default -> "Member " + user.number();
    };
  }
}
