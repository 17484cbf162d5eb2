package dev.overwinter.sandbox.demo;

/** A moment at which a worker is killed: in the middle of a step's work, as the ledger shows it. */
public enum CrashPoint {
  /** Some chunks are exported, others not. */
  EXPORT(
      "export",
      "SELECT count(*) FILTER (WHERE exported_at IS NOT NULL), count(*) FROM overwinter.chunk"),
  /** Some users have accounts, others not. */
  CREATE_USERS(
      "user creation",
      """
      SELECT count(*) FILTER (WHERE state = 'created'), count(*) FILTER (WHERE state <> 'skipped')
        FROM overwinter.user_account
      """),
  /** Some chunks are loaded, others not. */
  IMPORT(
      "import",
      """
      SELECT count(*) FILTER (WHERE loaded_at IS NOT NULL), count(*)
        FROM overwinter.chunk HAVING bool_and(exported_at IS NOT NULL)
      """);

  private final String title;
  private final String query;

  CrashPoint(String title, String query) {
    this.title = title;
    this.query = query;
  }

  /** What is in the middle, for people. */
  public String title() {
    return title;
  }

  /** Counts what is done and what there is in all, on the target. */
  String query() {
    return query;
  }
}
