package dev.overwinter.activities;

import dev.overwinter.workflows.FailureType;
import java.time.Duration;
import java.util.Objects;

/**
 * The one exception that leaves an activity on purpose. The worker turns it into the failure that
 * Temporal stores and shows, so its message must hold no secret and no personal data, and it
 * carries no cause: a driver's or server's message may quote row values.
 */
public final class StepException extends RuntimeException {
  private final FailureType type;
  private final transient Duration retryAfter;

  /**
   * @param type what kind of failure it is; decides whether Temporal tries again
   * @param message what failed, which object, and what to do
   */
  public StepException(FailureType type, String message) {
    this(type, message, null);
  }

  /**
   * @param retryAfter how long to wait before trying again, or null for the usual back-off
   */
  public StepException(FailureType type, String message, Duration retryAfter) {
    super(Objects.requireNonNull(message, "message"));
    this.type = Objects.requireNonNull(type, "type");
    this.retryAfter = retryAfter;
  }

  /** What kind of failure it is. */
  public FailureType type() {
    return type;
  }

  /** How long to wait before trying again, or null for the usual back-off. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
