package dev.overwinter.workflows;

import dev.overwinter.workflows.status.RunState;
import java.util.List;

/** What the operator may type now, ready to be pasted once the name is filled in. */
final class NextCommands {
  private NextCommands() {}

  static List<String> of(
      String workflowId, RunState state, String verification, boolean rollingBack) {
    return switch (state) {
      case WAITING_FOR_APPROVAL ->
          List.of(
              update(
                  workflowId,
                  "approveGoLive",
                  "\"by\":\"YOUR NAME\",\"verification\":\"%s\""
                      .formatted(shortDigest(verification))),
              rollback(workflowId));
      case PARKED -> {
        String retry = update(workflowId, "retryStep", "\"by\":\"YOUR NAME\"");
        yield rollingBack ? List.of(retry) : List.of(retry, rollback(workflowId));
      }
      case PAUSED ->
          List.of(update(workflowId, "resume", "\"by\":\"YOUR NAME\""), rollback(workflowId));
      case RUNNING -> List.of(rollback(workflowId));
      case ROLLING_BACK, LIVE, ROLLED_BACK, REFUSED -> List.of();
    };
  }

  /** As much of a digest as somebody has to type. */
  static String shortDigest(String digest) {
    return digest == null ? "" : digest.substring(0, Math.min(12, digest.length()));
  }

  private static String rollback(String workflowId) {
    return update(workflowId, "rollback", "\"by\":\"YOUR NAME\",\"reason\":\"WHY\"");
  }

  private static String update(String workflowId, String name, String fields) {
    return "temporal workflow update execute --workflow-id %s --name %s --input '{%s}'"
        .formatted(workflowId, name, fields);
  }
}
