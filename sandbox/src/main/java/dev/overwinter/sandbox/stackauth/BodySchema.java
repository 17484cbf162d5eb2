package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which properties a request body may have and of what form; anything else is refused. */
final class BodySchema {
  /** Plain ASCII addresses without quoting: what the service's validation library takes. */
  private static final Pattern EMAIL =
      Pattern.compile(
          "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
              + "(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  static final Predicate<JsonNode> BOOLEAN = JsonNode::isBoolean;
  static final Predicate<JsonNode> TEXT = value -> value.isTextual() && !value.asText().isEmpty();
  static final Predicate<JsonNode> ADDRESS =
      value -> value.isTextual() && EMAIL.matcher(value.asText()).matches();
  private static final Predicate<JsonNode> ANYTHING = value -> true;
  private static final Predicate<JsonNode> ONLY_FALSE =
      value -> value.isBoolean() && !value.asBoolean();

  static final BodySchema CREATE_USER =
      userFields().field("is_anonymous", BOOLEAN).field("oauth_providers", BodySchema::providers);

  static final BodySchema UPDATE_USER =
      userFields()
          .field("is_anonymous", ONLY_FALSE)
          .field("selected_team_id", orNull(JsonNode::isTextual));

  private final Map<String, Predicate<JsonNode>> fields = new LinkedHashMap<>();
  private final List<String> required = new ArrayList<>();

  static BodySchema empty() {
    return new BodySchema();
  }

  BodySchema field(String name, Predicate<JsonNode> rule) {
    fields.put(name, rule);
    return this;
  }

  BodySchema required(String name, Predicate<JsonNode> rule) {
    required.add(name);
    return field(name, rule);
  }

  void check(ObjectNode body) {
    List<String> unknown = new ArrayList<>();
    body.fieldNames()
        .forEachRemaining(
            name -> {
              if (!fields.containsKey(name)) {
                unknown.add(name);
              }
            });
    if (!unknown.isEmpty()) {
      throw ApiException.schema("body contains unknown properties: " + String.join(", ", unknown));
    }
    for (String name : required) {
      if (!body.has(name)) {
        throw ApiException.schema("body." + name + " must be defined");
      }
    }
    fields.forEach(
        (name, rule) -> {
          if (body.has(name) && !rule.test(body.get(name))) {
            throw ApiException.schema("body." + name + " is invalid");
          }
        });
  }

  private static BodySchema userFields() {
    return empty()
        .field("primary_email", orNull(ADDRESS))
        .field("primary_email_verified", BOOLEAN)
        .field("primary_email_auth_enabled", BOOLEAN)
        .field("display_name", orNull(upTo(256)))
        .field("profile_image_url", orNull(BodySchema::url))
        .field("password", orNull(upTo(70)))
        .field("password_hash", TEXT)
        .field("otp_auth_enabled", BOOLEAN)
        .field("passkey_auth_enabled", ONLY_FALSE)
        .field("totp_secret_base64", orNull(JsonNode::isTextual))
        .field("client_metadata", ANYTHING)
        .field("client_read_only_metadata", ANYTHING)
        .field("server_metadata", ANYTHING)
        .field("restricted_by_admin", BOOLEAN)
        .field("restricted_by_admin_reason", orNull(JsonNode::isTextual))
        .field("restricted_by_admin_private_details", orNull(JsonNode::isTextual))
        .field("country_code", orNull(JsonNode::isTextual))
        .field("risk_scores", orNull(JsonNode::isObject));
  }

  private static Predicate<JsonNode> orNull(Predicate<JsonNode> rule) {
    return value -> value.isNull() || rule.test(value);
  }

  private static Predicate<JsonNode> upTo(int characters) {
    return value -> value.isTextual() && value.asText().length() <= characters;
  }

  private static boolean url(JsonNode value) {
    if (!upTo(1_000_000).test(value) || value.asText().contains(" ")) {
      return false;
    }
    try {
      return URI.create(value.asText()).isAbsolute();
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static boolean providers(JsonNode value) {
    if (!value.isArray()) {
      return false;
    }
    for (JsonNode provider : value) {
      boolean emailFits = !provider.hasNonNull("email") || ADDRESS.test(provider.get("email"));
      if (!TEXT.test(provider.path("id"))
          || !TEXT.test(provider.path("account_id"))
          || !emailFits) {
        return false;
      }
    }
    return true;
  }
}
