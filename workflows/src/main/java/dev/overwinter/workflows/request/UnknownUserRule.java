package dev.overwinter.workflows.request;

/**
 * What is done with a reference to somebody who has no new account: deleted long ago, or skipped.
 */
public enum UnknownUserRule {
  /** The run stops and names the columns. */
  STOP("stop"),
  /** The old id stays; counted per column in the report. */
  KEEP("keep");

  private final String jsonName;

  UnknownUserRule(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests. */
  public String jsonName() {
    return jsonName;
  }
}
