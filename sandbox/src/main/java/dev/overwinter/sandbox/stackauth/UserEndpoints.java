package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The requests below {@code /users}. */
final class UserEndpoints {
  private static final int HIGHEST_SUMMER_LIMIT = 1000;
  private static final List<String> LIST_QUERY =
      List.of(
          "team_id",
          "limit",
          "cursor",
          "order_by",
          "desc",
          "query",
          "include_anonymous",
          "only_anonymous",
          "include_restricted");

  private final UserStore users;
  private final StandInProject project;
  private final ApiDialect dialect;

  UserEndpoints(UserStore users, StandInProject project, ApiDialect dialect) {
    this.users = users;
    this.project = project;
    this.dialect = dialect;
  }

  Reply create(Call call) {
    BodySchema.CREATE_USER.check(call.body());
    checkValues(call.body());
    for (JsonNode provider : call.body().path("oauth_providers")) {
      requireProvider(project, provider.get("id").asText());
    }
    return Reply.json(201, users.create(call.body()));
  }

  Reply update(Call call) {
    UUID id = call.pathId();
    BodySchema.UPDATE_USER.check(call.body());
    checkValues(call.body());
    return Reply.json(200, users.update(id, call.body()));
  }

  Reply get(Call call) {
    return Reply.json(200, users.get(call.pathId()));
  }

  Reply delete(Call call) {
    users.delete(call.pathId());
    return Reply.json(200, JsonNodeFactory.instance.objectNode().put("success", true));
  }

  Reply list(Call call) {
    call.allowQuery(LIST_QUERY);
    int limit = limit(call);
    boolean onlyAnonymous = call.flag("only_anonymous");
    boolean includeAnonymous = call.flag("include_anonymous") || onlyAnonymous;
    boolean includeRestricted = call.flag("include_restricted");
    Predicate<StoredUser> visible =
        user ->
            (includeAnonymous || !user.is("is_anonymous"))
                && (!onlyAnonymous || user.is("is_anonymous"))
                && (includeRestricted || !user.restricted(project.emailVerificationRequired()));
    List<ObjectNode> found =
        new ArrayList<>(users.list(visible.and(matching(call.query().get("query")))));
    if (call.flag("desc")) {
      Collections.reverse(found);
    }
    return Reply.json(200, page(found, call.query().get("cursor"), limit));
  }

  static void requireProvider(StandInProject project, String providerId) {
    if (!project.oauthProviders().contains(providerId)) {
      throw ApiException.text(400, "OAuth provider " + providerId + " not found");
    }
  }

  private void checkValues(ObjectNode body) {
    boolean password = body.hasNonNull("password");
    boolean hash = body.has("password_hash");
    if (password && hash) {
      throw ApiException.text(400, "Cannot set both password and password_hash at the same time.");
    }
    if (hash && !PasswordHashes.importable(body.get("password_hash").asText())) {
      throw ApiException.text(
          400,
          "Invalid password hash. Make sure it's a supported algorithm in Modular Crypt Format.");
    }
    if ((password || hash) && !project.passwordSignIn()) {
      throw ApiException.text(400, "Password auth not enabled in the project");
    }
    if (body.path("otp_auth_enabled").asBoolean() && !project.magicLink()) {
      throw ApiException.text(400, "OTP auth not enabled in the project");
    }
    if (body.toString().contains("\\u0000")) {
      // PostgreSQL below the real service cannot store it.
      throw ApiException.internal();
    }
  }

  private int limit(Call call) {
    boolean capped = dialect == ApiDialect.SUMMER_2026;
    String text = call.query().get("limit");
    if (text == null) {
      if (capped && users.size() > HIGHEST_SUMMER_LIMIT) {
        throw ApiException.schema("query.limit is required with more than 1000 users");
      }
      return Integer.MAX_VALUE;
    }
    int limit;
    try {
      limit = Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw ApiException.schema("query.limit must be a number");
    }
    if (limit < 1 || (capped && limit > HIGHEST_SUMMER_LIMIT)) {
      throw ApiException.schema("query.limit is out of range");
    }
    return limit;
  }

  private ObjectNode page(List<ObjectNode> found, String cursor, int limit) {
    int from = cursor == null ? 0 : start(found, Call.uuid("query.cursor", cursor).toString());
    int to = (int) Math.min(found.size(), (long) from + limit);
    ObjectNode reply = JsonNodeFactory.instance.objectNode();
    ArrayNode items = reply.putArray("items");
    found.subList(from, to).forEach(items::add);
    reply.put("is_paginated", true);
    String next = null;
    if (to < found.size() && to > from) {
      next = id(found.get(dialect == ApiDialect.SPRING_2026 ? to : to - 1));
    }
    reply.putObject("pagination").put("next_cursor", next);
    return reply;
  }

  /** A cursor whose user is gone ends the list silently. */
  private int start(List<ObjectNode> found, String cursor) {
    for (int i = 0; i < found.size(); i++) {
      if (id(found.get(i)).equals(cursor)) {
        return dialect == ApiDialect.SPRING_2026 ? i : i + 1;
      }
    }
    return found.size();
  }

  private static String id(ObjectNode user) {
    return user.get("id").asText();
  }

  /** Substring of name or e-mail, with the wildcards of SQL's LIKE; or the whole user id. */
  private static Predicate<StoredUser> matching(String query) {
    if (query == null || query.isEmpty()) {
      return user -> true;
    }
    StringBuilder expression = new StringBuilder();
    for (char c : query.toLowerCase(Locale.ROOT).toCharArray()) {
      expression.append(
          switch (c) {
            case '_' -> ".";
            case '%' -> ".*";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    Pattern pattern = Pattern.compile(expression.toString(), Pattern.DOTALL);
    return user ->
        user.id.toString().equals(query)
            || contains(pattern, user.attributes.get("display_name"))
            || contains(pattern, user.attributes.get("primary_email"));
  }

  private static boolean contains(Pattern pattern, JsonNode value) {
    return value.isTextual() && pattern.matcher(value.asText().toLowerCase(Locale.ROOT)).find();
  }
}
