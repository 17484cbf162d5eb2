package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Looks at, locks and empties tables of the target, in the caller's transaction. */
final class TargetTables {
  /** Longer than any statement of a database that nobody uses; after it the step is tried again. */
  static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '30s'";

  /**
   * Makes checks, computed columns, index expressions and the functions they call find names as in
   * the application's own sessions, for many rely on it. Recorded definitions are qualified and
   * mean the same under any path.
   */
  static final String APPLICATION_PATH =
      """
      SELECT set_config('search_path', reset_val, true)
        FROM pg_catalog.pg_settings WHERE name = 'search_path'
      """;

  private TargetTables() {}

  /** Runs a statement without looking at what it returns. */
  static void execute(Connection target, String sql) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Those of the tables that exist. */
  static List<QualifiedName> existing(Connection target, List<QualifiedName> tables)
      throws SQLException {
    List<QualifiedName> existing = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      for (QualifiedName table : tables) {
        statement.setString(1, table.sql());
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          if (row.getBoolean(1)) {
            existing.add(table);
          }
        }
      }
    }
    return existing;
  }

  /**
   * Locks all of them in the order of their names, so that two attempts cannot block each other.
   */
  static void lock(Connection target, List<QualifiedName> tables, String mode) throws SQLException {
    if (tables.isEmpty()) {
      return;
    }
    try (Statement statement = target.createStatement()) {
      statement.execute(LOCK_TIMEOUT);
      statement.execute(
          "LOCK TABLE %s IN %s MODE".formatted(join(tables.stream().sorted().toList()), mode));
    }
  }

  /** How many rows a table has, of its own or in partitions. */
  static long count(Connection target, QualifiedName table) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM " + own(target, List.of(table)).get(0))) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * The tables as SQL names their own rows: with those of partitions, without those of tables that
   * inherit, which are tables of their own and may stay behind.
   */
  private static List<String> own(Connection target, List<QualifiedName> tables)
      throws SQLException {
    List<String> own = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass(?)")) {
      for (QualifiedName table : tables) {
        statement.setString(1, table.sql());
        try (ResultSet row = statement.executeQuery()) {
          boolean partitioned = row.next() && row.getBoolean(1);
          own.add(partitioned ? table.sql() : "ONLY " + table.sql());
        }
      }
    }
    return own;
  }

  /** Those of the tables that have rows of their own or in partitions. */
  static List<QualifiedName> withRows(Connection target, List<QualifiedName> tables)
      throws SQLException {
    List<QualifiedName> filled = new ArrayList<>();
    try (Statement statement = target.createStatement()) {
      for (QualifiedName table : tables) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT EXISTS (SELECT 1 FROM %s)".formatted(own(target, List.of(table)).get(0)))) {
          row.next();
          if (row.getBoolean(1)) {
            filled.add(table);
          }
        }
      }
    }
    return filled;
  }

  /**
   * Empties all of them. Tables that a foreign key of another table refers to cannot be truncated,
   * even when that table is empty; their rows are deleted, by one statement so that keys among them
   * are checked at its end.
   */
  static void empty(Connection target, List<QualifiedName> tables) throws SQLException {
    List<QualifiedName> referred = referredFromOutside(target, tables);
    List<QualifiedName> truncatable = tables.stream().filter(it -> !referred.contains(it)).toList();
    try (Statement statement = target.createStatement()) {
      if (!truncatable.isEmpty()) {
        statement.execute("TRUNCATE " + String.join(", ", own(target, truncatable)));
      }
      if (!referred.isEmpty()) {
        statement.execute(deleteFrom(own(target, referred)));
      }
    }
  }

  private static String deleteFrom(List<String> tables) {
    List<String> parts = new ArrayList<>();
    for (String table : tables) {
      parts.add("d%d AS (DELETE FROM %s WHERE true)".formatted(parts.size(), table));
    }
    return "WITH " + String.join(", ", parts) + " SELECT";
  }

  private static List<QualifiedName> referredFromOutside(
      Connection target, List<QualifiedName> tables) throws SQLException {
    return named(target, tables, "t.oid = l.root");
  }

  /** Those at one end of the foreign keys that lead here from outside. */
  private static List<QualifiedName> named(
      Connection target, List<QualifiedName> tables, String end) throws SQLException {
    String sql =
        """
        WITH RECURSIVE listed AS (
          SELECT oid, oid AS root FROM unnest(?::regclass[]::oid[]) AS roots (oid)
          UNION ALL
          SELECT h.inhrelid, l.root
            FROM listed l
            JOIN pg_inherits h ON h.inhparent = l.oid
            JOIN pg_class c ON c.oid = h.inhrelid AND c.relispartition
        )
        SELECT DISTINCT n.nspname, t.relname
          FROM listed l
          JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = l.oid
          JOIN pg_class t ON %s
          JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE k.conrelid NOT IN (SELECT oid FROM listed)
        """
            .formatted(end);
    List<QualifiedName> referred = new ArrayList<>();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      Object[] names = tables.stream().map(QualifiedName::sql).toArray();
      statement.setArray(1, target.createArrayOf("text", names));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          referred.add(new QualifiedName(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return referred;
  }

  /** Other tables with a foreign key to one of these or to a partition of theirs. */
  static List<QualifiedName> referringFromOutside(Connection target, List<QualifiedName> tables)
      throws SQLException {
    return named(target, tables, "t.oid = k.conrelid");
  }

  private static String join(List<QualifiedName> tables) {
    return tables.stream().map(QualifiedName::sql).collect(Collectors.joining(", "));
  }
}
