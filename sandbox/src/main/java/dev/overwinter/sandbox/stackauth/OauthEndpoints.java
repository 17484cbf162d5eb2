package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.stackauth.StoredUser.OauthAccount;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** The requests below {@code /oauth-providers}. */
final class OauthEndpoints {
  private static final BodySchema LINK =
      BodySchema.empty()
          .required("user_id", BodySchema.TEXT)
          .required("provider_config_id", BodySchema.TEXT)
          .required("account_id", BodySchema.TEXT)
          .field("email", value -> value.isNull() || BodySchema.ADDRESS.test(value))
          .required("allow_sign_in", BodySchema.BOOLEAN)
          .required("allow_connected_accounts", BodySchema.BOOLEAN);

  private final UserStore users;
  private final StandInProject project;

  OauthEndpoints(UserStore users, StandInProject project) {
    this.users = users;
    this.project = project;
  }

  Reply link(Call call) {
    LINK.check(call.body());
    UUID user = Call.uuid("body.user_id", call.body().get("user_id").asText());
    OauthAccount account = OauthAccount.of(call.body(), "provider_config_id");
    UserEndpoints.requireProvider(project, account.providerId());
    users.link(user, account);
    return Reply.json(201, json(user, account));
  }

  Reply list(Call call) {
    call.allowQuery(List.of("user_id"));
    if (!call.query().containsKey("user_id")) {
      throw ApiException.schema("query.user_id must be defined");
    }
    UUID user = Call.uuid("query.user_id", call.query().get("user_id"));
    ObjectNode reply = JsonNodeFactory.instance.objectNode();
    ArrayNode items = reply.putArray("items");
    users.oauthAccounts(user).forEach(account -> items.add(json(user, account)));
    reply.put("is_paginated", false);
    return Reply.json(200, reply);
  }

  private static ObjectNode json(UUID user, OauthAccount account) {
    String seed = user + "/" + account.providerId() + "/" + account.accountId();
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString())
        .put("user_id", user.toString())
        .put("provider_config_id", account.providerId())
        .put("account_id", account.accountId())
        .put("email", account.email())
        .put("type", account.providerId())
        .put("allow_sign_in", true)
        .put("allow_connected_accounts", true);
  }
}
