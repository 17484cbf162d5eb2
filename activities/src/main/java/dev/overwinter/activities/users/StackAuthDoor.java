package dev.overwinter.activities.users;

import dev.overwinter.activities.users.StackAuthException.Kind;
import dev.overwinter.workflows.steps.Finding;
import java.time.Duration;

/**
 * Knocks at Stack Auth before anything is touched, with less patience than a step in the frozen
 * window has, and says which setting is wrong when it does not open.
 */
final class StackAuthDoor {
  private static final int MOST_TRIES = 3;
  private static final String NAME = "Stack Auth";

  private StackAuthDoor() {}

  /**
   * What was found.
   *
   * @param project the project, or null when there is an obstacle
   * @param hasAccounts whether the project has accounts already
   * @param obstacle what is wrong, or null
   */
  record Opened(StackAuthProject project, boolean hasAccounts, Finding obstacle) {}

  static Opened knock(StackAuthClient client, StackAuthPace pace) {
    for (int attempt = 1; ; attempt++) {
      try {
        StackAuthProject project = client.project();
        return new Opened(project, !client.list(null, null).accounts().isEmpty(), null);
      } catch (StackAuthException e) {
        boolean passing = e.kind() == Kind.OUTCOME_UNKNOWN || e.kind() == Kind.THROTTLED;
        if (!passing || attempt == MOST_TRIES) {
          return new Opened(null, false, explain(e));
        }
        pause(e.retryAfter() == null ? pace.firstBackOff() : e.retryAfter());
      }
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      throw StackAuthCalls.interrupted();
    }
  }

  private static Finding explain(StackAuthException failure) {
    String code = failure.code();
    if (code.startsWith("CONNECTION_")) {
      return Finding.blocker(
          NAME,
          "Stack Auth cannot be reached (%s).".formatted(code.substring("CONNECTION_".length())),
          "Correct OVERWINTER_STACK_URL, start Stack Auth, or open the way to it from here.");
    }
    if (failure.kind() == Kind.OUTCOME_UNKNOWN || failure.kind() == Kind.THROTTLED) {
      return Finding.blocker(
          NAME,
          "Stack Auth is there but does not serve requests (%s).".formatted(code),
          "Look at its log; try again when it is well.");
    }
    return switch (code) {
      case "CURRENT_PROJECT_NOT_FOUND" ->
          Finding.blocker(
              NAME,
              "Stack Auth does not know the project.",
              "Correct OVERWINTER_STACK_PROJECT_ID; the dashboard shows the project's id.");
      case "INVALID_SECRET_SERVER_KEY", "SERVER_AUTHENTICATION_REQUIRED", "HTTP_401", "HTTP_403" ->
          Finding.blocker(
              NAME,
              "Stack Auth refuses the secret server key (%s).".formatted(code),
              "Correct OVERWINTER_STACK_SECRET_KEY; the dashboard makes a new one under API keys.");
      default ->
          Finding.blocker(
              NAME,
              "What answers there does not answer as Stack Auth does (%s).".formatted(code),
              "Correct OVERWINTER_STACK_URL: the address of the API, without /api/v1.");
    };
  }
}
