package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Mails that the service would have sent, and the reset codes in them. Thread-safe. */
final class Outbox {
  private static final String RESET_TEMPLATE = "a70fb3a4-56c1-4e42-af25-49d25603abd0";
  private static final Duration CODE_LIFETIME = Duration.ofDays(7);
  private static final int CODE_LENGTH = 45;
  private static final String CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final List<ObjectNode> mails = new ArrayList<>();
  private final Map<String, Code> codes = new HashMap<>();

  Outbox(Clock clock) {
    this.clock = clock;
  }

  synchronized void addResetMail(UUID user, String email, String callbackUrl) {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < CODE_LENGTH; i++) {
      code.append(CODE_LETTERS.charAt(random.nextInt(CODE_LETTERS.length())));
    }
    codes.put(code.toString(), new Code(user, clock.instant().plus(CODE_LIFETIME), false));
    ObjectNode mail = JsonNodeFactory.instance.objectNode();
    mail.put("id", UUID.randomUUID().toString());
    mail.put("status", "sent");
    mail.put("simple_status", "ok");
    ObjectNode to = mail.putObject("to");
    to.put("type", "user-custom-emails").put("user_id", user.toString());
    to.putArray("emails").add(email);
    mail.put("email_programmatic_call_template_id", RESET_TEMPLATE);
    mail.put("created_at_millis", clock.instant().toEpochMilli());
    String separator = callbackUrl.contains("?") ? "&" : "?";
    mail.putObject("variables").put("passwordResetLink", callbackUrl + separator + "code=" + code);
    mails.add(mail);
  }

  synchronized UUID userOfCode(String text) {
    Code code = codes.get(text);
    if (code == null) {
      throw ApiException.known(404, "VERIFICATION_CODE_NOT_FOUND", "Code not found.");
    }
    if (code.used) {
      throw ApiException.known(409, "VERIFICATION_CODE_ALREADY_USED", "Code already used.");
    }
    if (clock.instant().isAfter(code.expires)) {
      throw ApiException.known(400, "VERIFICATION_CODE_EXPIRED", "Code expired.");
    }
    return code.user;
  }

  synchronized UUID useCode(String text) {
    UUID user = userOfCode(text);
    codes.put(text, new Code(user, codes.get(text).expires, true));
    return user;
  }

  /** Newest first, as the service lists them. */
  Reply list(Call call) {
    call.allowQuery(List.of("limit", "cursor", "status", "simple_status"));
    List<ObjectNode> found = matching(call);
    int from = 0;
    String cursor = call.query().get("cursor");
    if (cursor != null) {
      while (from < found.size() && !found.get(from).get("id").asText().equals(cursor)) {
        from++;
      }
    }
    int limit = limit(call);
    int to = (int) Math.min(found.size(), (long) from + limit);
    ObjectNode reply = JsonNodeFactory.instance.objectNode();
    ArrayNode items = reply.putArray("items");
    found.subList(from, to).forEach(items::add);
    reply.put("is_paginated", true);
    reply
        .putObject("pagination")
        .put("next_cursor", to < found.size() ? found.get(to).get("id").asText() : null);
    return Reply.json(200, reply);
  }

  private synchronized List<ObjectNode> matching(Call call) {
    List<ObjectNode> found = new ArrayList<>();
    for (int i = mails.size() - 1; i >= 0; i--) {
      ObjectNode mail = mails.get(i);
      boolean fits = true;
      for (String filter : List.of("status", "simple_status")) {
        String wanted = call.query().get(filter);
        fits &= wanted == null || wanted.equalsIgnoreCase(mail.get(filter).asText());
      }
      if (fits) {
        found.add(mail.deepCopy());
      }
    }
    return found;
  }

  private static int limit(Call call) {
    try {
      int limit = Integer.parseInt(call.query().getOrDefault("limit", "100"));
      if (limit < 1) {
        throw ApiException.schema("query.limit is out of range");
      }
      return limit;
    } catch (NumberFormatException notANumber) {
      throw ApiException.schema("query.limit must be a number");
    }
  }

  private record Code(UUID user, Instant expires, boolean used) {}
}
