package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Ends a request with one of the service's two error shapes. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reply reply;

  private ApiException(Reply reply, String message) {
    super(message, null, false, false);
    this.reply = reply;
  }

  /** A JSON error that carries a code, in the body and in a header. */
  static ApiException known(int status, String code, String message) {
    return known(status, code, message, null);
  }

  static ApiException known(int status, String code, String message, ObjectNode details) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("code", code);
    if (details != null) {
      body.set("details", details);
    }
    body.put("error", message);
    return new ApiException(new Reply(status, body, null, code), message);
  }

  /** A plain-text error without any code. */
  static ApiException text(int status, String message) {
    return new ApiException(new Reply(status, null, message, null), message);
  }

  static ApiException schema(String problem) {
    ObjectNode details = JsonNodeFactory.instance.objectNode().put("message", problem);
    return known(400, "SCHEMA_ERROR", problem, details);
  }

  static ApiException internal() {
    return text(500, "Something went wrong. Please make sure the data you entered is correct.");
  }

  static ApiException userNotFound() {
    return known(404, "USER_NOT_FOUND", "User not found.");
  }

  Reply reply() {
    return reply;
  }
}
