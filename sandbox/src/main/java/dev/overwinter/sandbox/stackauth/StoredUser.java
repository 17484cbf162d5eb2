package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** One user as kept by {@link UserStore}, which guards all access to it. */
final class StoredUser {
  final UUID id;
  final ObjectNode attributes;
  final List<OauthAccount> oauthAccounts = new ArrayList<>();

  /** Null when the user has no password. */
  String passwordHash;

  StoredUser(UUID id, Instant now) {
    this.id = id;
    attributes = JsonNodeFactory.instance.objectNode();
    attributes.put("id", id.toString());
    attributes.putNull("primary_email");
    attributes.put("primary_email_verified", false);
    attributes.put("primary_email_auth_enabled", false);
    attributes.putNull("display_name");
    attributes.putNull("profile_image_url");
    attributes.put("signed_up_at_millis", now.toEpochMilli());
    attributes.put("last_active_at_millis", now.toEpochMilli());
    attributes.put("otp_auth_enabled", false);
    attributes.put("passkey_auth_enabled", false);
    attributes.put("requires_totp_mfa", false);
    attributes.put("is_anonymous", false);
    attributes.put("restricted_by_admin", false);
    attributes.putNull("restricted_by_admin_reason");
    attributes.putNull("restricted_by_admin_private_details");
    attributes.putNull("country_code");
    attributes.putNull("client_metadata");
    attributes.putNull("client_read_only_metadata");
    attributes.putNull("server_metadata");
    attributes.putNull("selected_team_id");
  }

  /** Null when the user has no e-mail. */
  String email() {
    JsonNode email = attributes.get("primary_email");
    return email.isNull() ? null : email.asText();
  }

  boolean is(String flag) {
    return attributes.get(flag).asBoolean();
  }

  boolean signsInWithEmail() {
    return email() != null && is("primary_email_auth_enabled");
  }

  boolean restricted(boolean emailVerificationRequired) {
    return restriction(emailVerificationRequired) != null;
  }

  /** A copy in the form the API answers with. */
  ObjectNode toJson(boolean emailVerificationRequired) {
    ObjectNode json = attributes.deepCopy();
    json.put("has_password", passwordHash != null);
    json.put(
        "auth_with_email", signsInWithEmail() && (passwordHash != null || is("otp_auth_enabled")));
    String restriction = restriction(emailVerificationRequired);
    json.put("is_restricted", restriction != null || is("is_anonymous"));
    if (restriction == null) {
      json.putNull("restricted_reason");
    } else {
      json.putObject("restricted_reason").put("type", restriction);
    }
    ArrayNode providers = json.putArray("oauth_providers");
    for (OauthAccount account : oauthAccounts) {
      providers
          .addObject()
          .put("id", account.providerId())
          .put("account_id", account.accountId())
          .put("email", account.email());
    }
    return json;
  }

  private String restriction(boolean emailVerificationRequired) {
    if (is("restricted_by_admin")) {
      return "restricted_by_administrator";
    }
    boolean unverified = email() != null && !is("primary_email_verified");
    return emailVerificationRequired && unverified ? "email_not_verified" : null;
  }

  /** An account at an OAuth provider; {@code email} may be null. */
  record OauthAccount(String providerId, String accountId, String email) {
    static OauthAccount of(JsonNode json, String idField) {
      return new OauthAccount(
          json.get(idField).asText(),
          json.get("account_id").asText(),
          json.hasNonNull("email") ? json.get("email").asText() : null);
    }

    boolean sameAccountAs(OauthAccount other) {
      return providerId.equals(other.providerId) && accountId.equals(other.accountId);
    }
  }
}
