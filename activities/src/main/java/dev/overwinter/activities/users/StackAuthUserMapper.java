package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import dev.overwinter.activities.users.SupabaseUser.Login;
import dev.overwinter.workflows.request.UserTreatment;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is sent to Stack Auth for a user. What the user could write in Supabase stays writable for
 * the user ({@code client_metadata}); everything else, and what has no place of its own in Stack
 * Auth, goes where only the server key can write ({@code server_metadata}), together with the
 * marker that says who made the account. An e-mail counts as verified only if it was confirmed.
 */
final class StackAuthUserMapper {
  /** Supabase's id for a person at Azure is not the one that Stack Auth compares at sign-in. */
  static final Set<String> PROVIDERS_WITH_OTHER_IDS = Set.of("azure");

  private static final int LONGEST_URL = 100_000;

  private final String runId;
  private final StackAuthProject project;

  StackAuthUserMapper(String runId, StackAuthProject project) {
    this.runId = runId;
    this.project = project;
  }

  /**
   * @param treatment one of the two that carry
   */
  StackAuthUser map(SupabaseUser user, UserTreatment treatment) {
    Login login = user.login();
    boolean hasEmail = login.email() != null && EmailAddress.accepted(login.email());
    boolean signsInWithEmail = hasEmail && user.flags().ownsEmail();
    PasswordHash hash = PasswordHash.of(login.passwordHash());
    // Without an e-mail to sign in with the service cannot use a password, and may fail on it.
    boolean carriesPassword =
        hash == PasswordHash.PORTABLE && treatment == UserTreatment.CARRY && signsInWithEmail;

    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (hasEmail) {
      body.put("primary_email", login.email());
      body.put("primary_email_verified", login.emailConfirmed());
      body.put("primary_email_auth_enabled", signsInWithEmail);
    }
    putIfPresent(body, "display_name", DisplayName.of(user));
    putIfPresent(body, "profile_image_url", picture(user.profile().userMetadata()));
    if (carriesPassword) {
      body.put("password_hash", login.passwordHash());
    }
    ArrayNode accounts = oauthAccounts(user);
    if (!accounts.isEmpty()) {
      body.set("oauth_providers", accounts);
    }
    if (user.profile().userMetadata() != null) {
      body.set("client_metadata", user.profile().userMetadata());
    }
    body.set("server_metadata", serverMetadata(user, hasEmail));
    if (user.flags().anonymous()) {
      body.put("is_anonymous", true);
    }
    if (user.profile().bannedUntil() != null) {
      body.put("restricted_by_admin", true);
      body.put("restricted_by_admin_reason", "Banned until " + user.profile().bannedUntil());
    }
    boolean noWayIn = hash == PasswordHash.NONE && accounts.isEmpty();
    boolean passwordLeft = hash != PasswordHash.NONE && !carriesPassword;
    return new StackAuthUser(
        body,
        hasEmail ? login.email() : null,
        signsInWithEmail,
        signsInWithEmail && (noWayIn || passwordLeft));
  }

  /** The sign-ins that are carried: one for each provider, the oldest, as Stack Auth allows. */
  Collection<Identity> carried(SupabaseUser user) {
    Map<String, Identity> byProvider = new LinkedHashMap<>();
    for (Identity identity : user.identities()) {
      boolean known =
          project.oauthProviders().contains(identity.provider())
              && !PROVIDERS_WITH_OTHER_IDS.contains(identity.provider());
      if (known && identity.providerId() != null && !identity.providerId().isEmpty()) {
        byProvider.putIfAbsent(identity.provider(), identity);
      }
    }
    return byProvider.values();
  }

  private ArrayNode oauthAccounts(SupabaseUser user) {
    ArrayNode accounts = JsonNodeFactory.instance.arrayNode();
    for (Identity identity : carried(user)) {
      String email = identity.data().path("email").asText("");
      accounts
          .addObject()
          .put("id", identity.provider())
          .put("account_id", identity.providerId())
          .put("email", EmailAddress.accepted(email) ? email : null);
    }
    return accounts;
  }

  private ObjectNode serverMetadata(SupabaseUser user, boolean hasEmail) {
    Login login = user.login();
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put(StackAuthAccount.SUPABASE_ID, user.id().toString());
    metadata.put(StackAuthAccount.RUN_ID, runId);
    putIfPresent(metadata, "supabaseCreatedAt", user.profile().createdAt());
    putIfPresent(metadata, "supabaseBannedUntil", user.profile().bannedUntil());
    if (login.phone() != null) {
      metadata.put("phone", "+" + login.phone());
      metadata.put("phoneConfirmed", login.phoneConfirmed());
    }
    if (login.email() != null && !hasEmail) {
      metadata.put("supabaseEmail", login.email());
    }
    if (user.flags().sso()) {
      metadata.put("supabaseSso", true);
    }
    ArrayNode providers = metadata.putArray("providers");
    for (Identity identity : user.identities()) {
      providers
          .addObject()
          .put("provider", identity.provider())
          .put("providerId", identity.providerId());
    }
    if (user.profile().appMetadata() != null) {
      metadata.set("appMetadata", user.profile().appMetadata());
    }
    return metadata;
  }

  /** The first web address among the pictures; null when there is none. */
  private static String picture(JsonNode userMetadata) {
    if (userMetadata == null) {
      return null;
    }
    return List.of("avatar_url", "picture").stream()
        .map(key -> userMetadata.path(key).asText(""))
        .filter(StackAuthUserMapper::webAddress)
        .findFirst()
        .orElse(null);
  }

  private static boolean webAddress(String text) {
    if (text.isEmpty() || text.length() > LONGEST_URL) {
      return false;
    }
    try {
      URI uri = URI.create(text);
      boolean web =
          "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      return web && uri.getHost() != null;
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static void putIfPresent(ObjectNode node, String key, String value) {
    if (value != null) {
      node.put(key, value);
    }
  }
}
