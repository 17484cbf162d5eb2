package dev.overwinter.activities.users;

import java.time.Duration;
import java.util.Objects;

/**
 * A request to Stack Auth that did not end well. Neither the message nor a cause quotes the request
 * or the answer, both of which hold personal data.
 */
final class StackAuthException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What a caller can do about it. */
  enum Kind {
    /** Another account signs in with that e-mail. */
    EMAIL_TAKEN,
    /** This one request will never be accepted. */
    REFUSED,
    /** No request will be accepted until somebody changes a setting. */
    MISCONFIGURED,
    /** Not carried out; to be sent again later. */
    THROTTLED,
    /** It may or may not have been carried out. */
    OUTCOME_UNKNOWN
  }

  private final Kind kind;
  private final String code;
  private final transient Duration retryAfter;

  /**
   * @param code the service's error code, or one of ours where it gives none
   * @param requestId the service's id for the request, or null
   * @param retryAfter the pause that the service asks for, or null
   */
  StackAuthException(Kind kind, String code, String requestId, Duration retryAfter) {
    super(
        "Stack Auth: %s%s"
            .formatted(code, requestId == null ? "" : " (request " + requestId + ")"));
    this.kind = Objects.requireNonNull(kind, "kind");
    this.code = Objects.requireNonNull(code, "code");
    this.retryAfter = retryAfter;
  }

  /** For an answer that this service would not give. */
  static StackAuthException notStackAuth() {
    return new StackAuthException(Kind.MISCONFIGURED, "NOT_STACK_AUTH", null, null);
  }

  Kind kind() {
    return kind;
  }

  String code() {
    return code;
  }

  /** Null when the service names no pause. */
  Duration retryAfter() {
    return retryAfter;
  }
}
