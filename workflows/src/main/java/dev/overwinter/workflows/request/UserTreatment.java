package dev.overwinter.workflows.request;

/** What is done with the users of one class. */
public enum UserTreatment {
  /** Create the account with everything that can be carried. */
  CARRY("carry"),
  /** Create the account, leave the password behind; the person sets a new one. */
  CARRY_WITHOUT_PASSWORD("carryWithoutPassword"),
  /** Create no account; the user is listed in the report. */
  SKIP("skip"),
  /** Refuse the run in preflight while such users exist. */
  STOP("stop");

  private final String jsonName;

  UserTreatment(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests and reports. */
  public String jsonName() {
    return jsonName;
  }
}
