package dev.overwinter.activities.later;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The application's triggers on a table that would fire when rows are loaded or removed again.
 * Unlike in a night, they cannot be put aside: the application needs them for its own rows.
 */
final class TriggerRule {
  /** Of the table and its partitions. 12: for INSERT or DELETE. */
  private static final String TRIGGERS =
      """
      SELECT DISTINCT t.tgname
        FROM pg_catalog.pg_trigger t
        JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       WHERE (t.tgrelid = ?::regclass
              OR t.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(?::regclass)))
         AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 12 <> 0
         AND n.nspname <> 'overwinter'
       ORDER BY 1
      """;

  private TriggerRule() {}

  /** Their names. */
  static List<String> triggers(Connection target, QualifiedName table) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(TRIGGERS)) {
      statement.setString(1, table.sql());
      statement.setString(2, table.sql());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
    }
    return names;
  }

  /** What is the matter, for people. */
  static String message(List<String> triggers) {
    return "Triggers of the application would fire for carried rows: %s."
        .formatted(String.join(", ", triggers));
  }

  /** What to do about it. */
  static String remedy(QualifiedName table) {
    return "If they may, and change no row of this table, say so: \"%s\": {\"triggers\": \"fire\"}; docs/later-tables.md tells how a trigger can pass such rows over."
        .formatted(table);
  }
}
