package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.RetryAfter;
import dev.overwinter.activities.users.StackAuthException.Kind;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.Response;

/**
 * What an answer other than success means. The service has two error shapes, JSON with a code and
 * plain text without, and two generations of codes; firewalls before it answer in shapes of their
 * own.
 */
final class StackAuthErrors {
  private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]{1,99}");

  /** The same refusal in the words of the older and of the newer service. */
  private static final Set<String> EMAIL_TAKEN =
      Set.of("USER_EMAIL_ALREADY_EXISTS", "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");

  private static final Set<String> MISCONFIGURED =
      Set.of(
          "CURRENT_PROJECT_NOT_FOUND",
          "ACCESS_TYPE_REQUIRED",
          "INVALID_ACCESS_TYPE",
          "PROJECT_KEY_WITHOUT_ACCESS_TYPE",
          "PASSWORD_AUTHENTICATION_NOT_ENABLED",
          "PASSWORD_AUTH_OFF",
          "MAGIC_LINK_OFF");

  /** How refusals in plain text begin, and the code we know them by. */
  private static final Map<String, String> TEXTS =
      Map.of(
          "Password auth not enabled", "PASSWORD_AUTH_OFF",
          "OTP auth not enabled", "MAGIC_LINK_OFF",
          "Invalid password hash", "INVALID_PASSWORD_HASH",
          "OAuth provider", "OAUTH_PROVIDER_NOT_FOUND");

  private StackAuthErrors() {}

  static StackAuthException of(Response response, ObjectMapper json) {
    int status = response.code();
    String code = code(response, json);
    return new StackAuthException(
        kind(status, code), code, response.header("x-stack-request-id"), RetryAfter.of(response));
  }

  private static Kind kind(int status, String code) {
    if (status == 409 && EMAIL_TAKEN.contains(code)) {
      return Kind.EMAIL_TAKEN;
    }
    if (status == 429) {
      return Kind.THROTTLED;
    }
    if (status >= 500 || status == 408) {
      return Kind.OUTCOME_UNKNOWN;
    }
    boolean wrongPlace = status < 400 || (status == 404 && code.equals("HTTP_404"));
    if (status == 401 || status == 403 || wrongPlace || MISCONFIGURED.contains(code)) {
      return Kind.MISCONFIGURED;
    }
    return Kind.REFUSED;
  }

  private static String code(Response response, ObjectMapper json) {
    String fallback = "HTTP_" + response.code();
    String known = response.header("x-stack-known-error");
    if (known != null && CODE.matcher(known).matches()) {
      return known;
    }
    try {
      // Enough for any error; a page of a firewall may be longer.
      String body = response.peekBody(64 * 1024).string();
      String type = response.header("Content-Type", "");
      if (type.startsWith("application/json")) {
        JsonNode code = json.readTree(body).path("code");
        return code.isTextual() && CODE.matcher(code.asText()).matches() ? code.asText() : fallback;
      }
      return TEXTS.entrySet().stream()
          .filter(text -> body.startsWith(text.getKey()))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(fallback);
    } catch (IOException unreadable) {
      return fallback;
    }
  }
}
