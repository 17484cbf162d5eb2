package dev.overwinter.workflows.status;

/** The steps of a run in their order. */
public enum Step {
  /** Looks before anything is touched. */
  PREFLIGHT("preflight"),
  /** Makes source and target refuse writes. */
  FREEZE("freeze"),
  /** Writes the source's rows to the archive. */
  EXPORT("export"),
  /** Creates the accounts. */
  CREATE_USERS("create users"),
  /** Decides which user ids become which. */
  REMAP("remap"),
  /** Loads the rows into the target. */
  IMPORT("import"),
  /** Compares both sides. */
  VERIFY("verify"),
  /** Waits for somebody's approval. */
  APPROVAL("approval"),
  /** Releases the target. */
  GO_LIVE("go live");

  private final String title;

  Step(String title) {
    this.title = title;
  }

  /** The name people see. */
  public String title() {
    return title;
  }
}
