package dev.overwinter.workflows.request;

/**
 * What is done when Stack Auth already has an account with a user's e-mail that this run did not
 * make.
 */
public enum ExistingAccountRule {
  /** Stop the step and list the users. */
  STOP("stop"),
  /**
   * Map the user to the existing account where the e-mail is verified on both sides; stop
   * otherwise.
   */
  ADOPT_VERIFIED("adoptVerified"),
  /** Create no account and no mapping; the user is listed in the report. */
  SKIP("skip");

  private final String jsonName;

  ExistingAccountRule(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests. */
  public String jsonName() {
    return jsonName;
  }
}
