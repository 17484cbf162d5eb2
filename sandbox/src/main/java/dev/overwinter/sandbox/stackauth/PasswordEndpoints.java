package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** The requests below {@code /auth/password}. */
final class PasswordEndpoints {
  private static final BodySchema SIGN_IN =
      BodySchema.empty()
          .required("email", BodySchema.ADDRESS)
          .required("password", BodySchema.TEXT.and(value -> value.asText().length() <= 70));
  private static final BodySchema SEND_CODE =
      BodySchema.empty()
          .required("email", BodySchema.ADDRESS)
          .required("callback_url", BodySchema.TEXT);
  private static final BodySchema CHECK_CODE = BodySchema.empty().required("code", BodySchema.TEXT);
  private static final BodySchema RESET =
      BodySchema.empty()
          .required("code", BodySchema.TEXT)
          .required(
              "password",
              value ->
                  value.isTextual()
                      && value.asText().length() >= 8
                      && value.asText().length() <= 70);

  private final UserStore users;
  private final Outbox outbox;
  private final StandInProject project;
  private final StandInFaults faults;
  private final Clock clock;

  PasswordEndpoints(
      UserStore users, Outbox outbox, StandInProject project, StandInFaults faults, Clock clock) {
    this.users = users;
    this.outbox = outbox;
    this.project = project;
    this.faults = faults;
    this.clock = clock;
  }

  Reply signIn(Call call) {
    SIGN_IN.check(call.body());
    requirePasswords();
    Optional<StoredUser> user = users.bySignInEmail(call.body().get("email").asText());
    boolean matches =
        user.filter(u -> u.passwordHash != null)
            .map(u -> PasswordHashes.matches(call.body().get("password").asText(), u.passwordHash))
            .orElse(false);
    if (!matches) {
      throw ApiException.known(400, "EMAIL_PASSWORD_MISMATCH", "Wrong e-mail or password.");
    }
    UUID id = user.orElseThrow().id;
    markActive(id);
    return Reply.json(
        200,
        JsonNodeFactory.instance
            .objectNode()
            .put("access_token", UUID.randomUUID().toString())
            .put("refresh_token", UUID.randomUUID().toString())
            .put("user_id", id.toString()));
  }

  Reply sendResetCode(Call call) {
    SEND_CODE.check(call.body());
    requirePasswords();
    Optional<StoredUser> user = users.bySignInEmail(call.body().get("email").asText());
    if (user.isEmpty()) {
      faults.pauseForUnknownEmail();
    } else {
      String callback = call.body().get("callback_url").asText();
      requireTrusted(callback);
      outbox.addResetMail(user.get().id, user.get().email(), callback);
    }
    return Reply.json(200, success("maybe, only if user with e-mail exists"));
  }

  Reply checkCode(Call call) {
    CHECK_CODE.check(call.body());
    outbox.userOfCode(call.body().get("code").asText());
    return Reply.json(200, JsonNodeFactory.instance.objectNode().put("is_code_valid", true));
  }

  Reply reset(Call call) {
    RESET.check(call.body());
    String hash = PasswordHashes.hash(call.body().get("password").asText());
    UUID id = outbox.useCode(call.body().get("code").asText());
    users.change(id, user -> user.passwordHash = hash);
    return Reply.json(200, JsonNodeFactory.instance.objectNode().put("success", true));
  }

  void markActive(UUID id) {
    users.change(
        id, user -> user.attributes.put("last_active_at_millis", clock.instant().toEpochMilli()));
  }

  private void requirePasswords() {
    if (!project.passwordSignIn()) {
      throw ApiException.known(
          400, "PASSWORD_AUTHENTICATION_NOT_ENABLED", "Password authentication is not enabled.");
    }
  }

  private void requireTrusted(String callback) {
    boolean trusted;
    try {
      URI uri = URI.create(callback);
      String origin =
          uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
      trusted = project.trustedDomains().contains(origin) || "localhost".equals(uri.getHost());
    } catch (IllegalArgumentException malformed) {
      trusted = false;
    }
    if (!trusted) {
      throw ApiException.known(
          400, "REDIRECT_URL_NOT_WHITELISTED", "Redirect URL not whitelisted.");
    }
  }

  private static ObjectNode success(String text) {
    return JsonNodeFactory.instance.objectNode().put("success", text);
  }
}
