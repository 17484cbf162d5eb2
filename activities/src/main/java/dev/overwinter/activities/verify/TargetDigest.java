package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Digests whole tables in SQL, for whoever loaded them from elsewhere than a source. Stateless. */
public final class TargetDigest {
  private TargetDigest() {}

  /**
   * The digest of a table's rows, in the caller's transaction.
   *
   * @param columns which columns, in the order to digest them
   * @param digestedAs as values of which type each is digested
   * @param mapped which of them hold ids that were replaced, by name
   * @param run who loaded the table, and in the ledger has the mapping
   */
  public static TableDigest of(
      Connection target,
      Table table,
      List<Column> columns,
      List<WireType> digestedAs,
      Map<String, IdKind> mapped,
      RunKey run)
      throws SQLException {
    DigestQuery query = DigestQuery.ofTarget(columns, digestedAs, mapped, run);
    TableDigest digest = TableDigest.EMPTY;
    for (PageRange range : PageRange.of(target, table)) {
      digest = digest.plus(query.run(target, range));
    }
    return digest;
  }
}
