package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.stackauth.StoredUser.OauthAccount;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * All users, in memory, in order of sign-up. Thread-safe: every method is one atomic step, so two
 * requests for one e-mail are decided here.
 */
final class UserStore {
  private final StandInProject project;
  private final ApiDialect dialect;
  private final Clock clock;
  private final Map<UUID, StoredUser> users = new LinkedHashMap<>();
  private final Map<String, UUID> signInEmails = new HashMap<>();

  UserStore(StandInProject project, ApiDialect dialect, Clock clock) {
    this.project = project;
    this.dialect = dialect;
    this.clock = clock;
  }

  synchronized ObjectNode create(ObjectNode body) {
    StoredUser user = new StoredUser(UUID.randomUUID(), clock.instant());
    apply(user, body);
    if (body.has("is_anonymous")) {
      user.attributes.set("is_anonymous", body.get("is_anonymous"));
    }
    if (body.has("totp_secret_base64")) {
      // The real service keeps the secret but does not ask for it at sign-in.
      user.attributes.put("requires_totp_mfa", false);
    }
    for (JsonNode provider : body.path("oauth_providers")) {
      user.oauthAccounts.add(OauthAccount.of(provider, "id"));
    }
    if (oauthConflict(user)) {
      throw ApiException.internal();
    }
    store(user);
    return json(user);
  }

  synchronized ObjectNode update(UUID id, ObjectNode body) {
    StoredUser before = find(id);
    StoredUser after = copyOf(before);
    apply(after, body);
    if (body.has("is_anonymous")) {
      after.attributes.set("is_anonymous", body.get("is_anonymous"));
    }
    if (after.passwordHash != null && before.passwordHash == null && after.email() == null) {
      throw ApiException.internal();
    }
    signInEmails.values().removeIf(id::equals);
    store(after);
    return json(after);
  }

  synchronized ObjectNode get(UUID id) {
    return json(find(id));
  }

  synchronized void delete(UUID id) {
    find(id);
    users.remove(id);
    signInEmails.values().removeIf(id::equals);
  }

  synchronized int size() {
    return users.size();
  }

  /** Copies of the users that match, in order of sign-up. */
  synchronized List<ObjectNode> list(Predicate<StoredUser> filter) {
    return users.values().stream().filter(filter).map(this::json).toList();
  }

  /** The user who may sign in or reset a password with this address. */
  synchronized Optional<StoredUser> bySignInEmail(String email) {
    UUID id = signInEmails.get(normalized(email));
    return Optional.ofNullable(id).map(users::get).map(UserStore::copyOf);
  }

  synchronized void change(UUID id, Consumer<StoredUser> change) {
    change.accept(find(id));
  }

  synchronized List<OauthAccount> oauthAccounts(UUID id) {
    return List.copyOf(find(id).oauthAccounts);
  }

  synchronized void link(UUID id, OauthAccount account) {
    StoredUser user = find(id);
    if (user.oauthAccounts.stream().anyMatch(a -> a.providerId().equals(account.providerId()))) {
      throw ApiException.text(
          400, "The same provider type with sign-in enabled already exists for this user.");
    }
    // Compared without the provider, as the real service does.
    boolean taken =
        users.values().stream()
            .flatMap(other -> other.oauthAccounts.stream())
            .anyMatch(other -> other.accountId().equals(account.accountId()));
    if (taken) {
      throw ApiException.known(
          400,
          "OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN",
          "A provider with the same account ID is already used for signing in.");
    }
    user.oauthAccounts.add(account);
  }

  private void store(StoredUser user) {
    users.put(user.id, user);
    if (user.signsInWithEmail()) {
      signInEmails.put(user.email(), user.id);
    }
  }

  private StoredUser find(UUID id) {
    StoredUser user = users.get(id);
    if (user == null) {
      throw ApiException.userNotFound();
    }
    return user;
  }

  private void apply(StoredUser user, ObjectNode body) {
    body.properties()
        .forEach(
            field -> {
              switch (field.getKey()) {
                case "primary_email" ->
                    user.attributes.set("primary_email", normalized(field.getValue()));
                case "password" ->
                    user.passwordHash =
                        field.getValue().isNull()
                            ? null
                            : PasswordHashes.hash(field.getValue().asText());
                case "password_hash" -> user.passwordHash = field.getValue().asText();
                case "totp_secret_base64" ->
                    user.attributes.put("requires_totp_mfa", !field.getValue().isNull());
                case "oauth_providers", "is_anonymous" -> {
                  // Differ between create and update.
                }
                default -> user.attributes.set(field.getKey(), field.getValue().deepCopy());
              }
            });
    if (body.path("primary_email").isNull()) {
      // Taking the address away takes what depends on it away.
      user.attributes.put(
          "primary_email_verified", body.path("primary_email_verified").asBoolean());
      user.attributes.put(
          "primary_email_auth_enabled", body.path("primary_email_auth_enabled").asBoolean());
    }
    checkEmail(user);
    for (String reason :
        List.of("restricted_by_admin_reason", "restricted_by_admin_private_details")) {
      if (!user.attributes.get(reason).isNull() && !user.is("restricted_by_admin")) {
        throw ApiException.text(400, reason + " requires restricted_by_admin=true");
      }
    }
  }

  private void checkEmail(StoredUser user) {
    for (String flag : List.of("primary_email_verified", "primary_email_auth_enabled")) {
      if (user.is(flag) && user.email() == null) {
        throw ApiException.text(400, flag + " cannot be true without primary_email");
      }
    }
    UUID owner = user.signsInWithEmail() ? signInEmails.get(user.email()) : null;
    if (owner != null && !owner.equals(user.id)) {
      throw emailTaken(user, users.get(owner));
    }
  }

  private ApiException emailTaken(StoredUser user, StoredUser owner) {
    boolean onlyVerificationMissing =
        owner.is("primary_email_verified") && !user.is("primary_email_verified");
    ObjectNode details = JsonNodeFactory.instance.objectNode();
    if (dialect == ApiDialect.SPRING_2026) {
      details.put("email", user.email());
      details.put("would_work_if_email_was_verified", onlyVerificationMissing);
      return ApiException.known(
          409,
          "USER_EMAIL_ALREADY_EXISTS",
          "A user with email \"" + user.email() + "\" already exists.",
          details);
    }
    details.put("type", "email");
    details.put("contact_channel_value", user.email());
    details.put("would_work_if_email_was_verified", onlyVerificationMissing);
    return ApiException.known(
        409,
        "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE",
        "The email \"" + user.email() + "\" is already used for authentication by another account.",
        details);
  }

  private boolean oauthConflict(StoredUser created) {
    Set<String> providerTypes = new HashSet<>();
    for (OauthAccount account : created.oauthAccounts) {
      boolean usedByOther =
          users.values().stream()
              .flatMap(other -> other.oauthAccounts.stream())
              .anyMatch(account::sameAccountAs);
      if (usedByOther || !providerTypes.add(account.providerId())) {
        return true;
      }
    }
    return false;
  }

  private ObjectNode json(StoredUser user) {
    return user.toJson(project.emailVerificationRequired());
  }

  private static StoredUser copyOf(StoredUser user) {
    StoredUser copy = new StoredUser(user.id, Instant.EPOCH);
    copy.attributes.setAll(user.attributes.deepCopy());
    copy.oauthAccounts.addAll(new ArrayList<>(user.oauthAccounts));
    copy.passwordHash = user.passwordHash;
    return copy;
  }

  private static JsonNode normalized(JsonNode email) {
    return email.isNull() ? email : JsonNodeFactory.instance.textNode(normalized(email.asText()));
  }

  private static String normalized(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }
}
