package dev.overwinter.activities.freeze;

/**
 * A transaction that stands in the way of a guard. Never tells what it executes.
 *
 * @param transaction its virtual transaction id, which is not used twice
 * @param pid the process, or 0 when the transaction is prepared and has none
 * @param sessionBegun when the session began, in the server's text form; null when there is none or
 *     our role may not know
 * @param client whether the session is a client's
 * @param table a table that it holds
 * @param state what the session does, in a word of the server's
 * @param millis how old the transaction is, or null when our role may not know
 */
record Blocker(
    String transaction,
    int pid,
    String sessionBegun,
    boolean client,
    String table,
    String state,
    Long millis) {
  boolean isPrepared() {
    return pid == 0;
  }

  /**
   * Such as {@code public.units: pid 4711 (idle in transaction, 42 s)}.
   *
   * @param age in milliseconds
   */
  String describe(long age) {
    return isPrepared()
        ? "%s: a prepared transaction (%d s; see pg_prepared_xacts)".formatted(table, age / 1_000)
        : "%s: pid %d (%s, %d s)".formatted(table, pid, state, age / 1_000);
  }
}
