package dev.overwinter.workflows.request;

/** What happens when nobody decided in time. */
public enum TimeoutRule {
  /** Roll back, so that the source is writable again. */
  ROLL_BACK("rollBack"),
  /** Go on waiting and say so. */
  WAIT("wait");

  private final String jsonName;

  TimeoutRule(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests. */
  public String jsonName() {
    return jsonName;
  }
}
