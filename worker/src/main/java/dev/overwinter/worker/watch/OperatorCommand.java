package dev.overwinter.worker.watch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * Something said to a run.
 *
 * @param update the update's name
 * @param input its input
 */
public record OperatorCommand(String update, ObjectNode input) {
  public OperatorCommand {
    Objects.requireNonNull(update, "update");
    Objects.requireNonNull(input, "input");
  }

  /** Approves going live with what verification passed on. */
  public static OperatorCommand approve(String by, String verification) {
    return new OperatorCommand("approveGoLive", by(by).put("verification", verification));
  }

  /** Rolls back. */
  public static OperatorCommand rollback(String by, String reason) {
    return new OperatorCommand("rollback", by(by).put("reason", reason));
  }

  /** Tries the parked step again. */
  public static OperatorCommand retry(String by) {
    return new OperatorCommand("retryStep", by(by));
  }

  /** Goes on after a pause. */
  public static OperatorCommand resume(String by) {
    return new OperatorCommand("resume", by(by));
  }

  private static ObjectNode by(String by) {
    return JsonNodeFactory.instance.objectNode().put("by", by);
  }
}
