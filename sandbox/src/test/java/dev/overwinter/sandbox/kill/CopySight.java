package dev.overwinter.sandbox.kill;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What a process that stands still has in its hands, as the servers see it.
 *
 * @param claimed the chunks whose rows in the ledger it has locked
 * @param copying its COPY statements that have moved rows
 * @param open its transactions in the target
 * @param changing those of them that have changed something
 */
record CopySight(List<String> claimed, List<String> copying, int open, int changing) {
  /**
   * A row lock tells by its transaction who holds it. Who claims a chunk may get hold of one that
   * was done at that very moment, too, and passes it over.
   */
  private static final String CLAIMED =
      """
      SELECT c.table_no || '/' || c.chunk_no
        FROM overwinter.chunk c JOIN pg_stat_activity a ON a.backend_xid = c.xmax
       WHERE %s AND c.%s IS NULL
      """;

  private static final String COPYING =
      """
      SELECT p.command || ' ' || p.tuples_processed
        FROM pg_stat_progress_copy p JOIN pg_stat_activity a USING (pid)
       WHERE %s AND p.tuples_processed > 0
      """;

  private static final String OPEN =
      """
      SELECT pid::text FROM pg_stat_activity
       WHERE %s AND xact_start IS NOT NULL
      """;

  private static final String CHANGING = OPEN + " AND backend_xid IS NOT NULL";

  /**
   * @param done the column of the ledger that tells of a chunk which is done
   */
  static CopySight of(Connection source, Connection target, String done, Set<String> lines)
      throws SQLException {
    String its = Victim.sessions(lines);
    List<String> claimed = GuardLook.strings(target, CLAIMED.formatted(its, done));
    List<String> copying = GuardLook.strings(source, COPYING.formatted(its));
    copying.addAll(GuardLook.strings(target, COPYING.formatted(its)));
    int open = GuardLook.strings(target, OPEN.formatted(its)).size();
    int changing = GuardLook.strings(target, CHANGING.formatted(its)).size();
    return new CopySight(claimed, copying, open, changing);
  }
}
