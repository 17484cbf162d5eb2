package dev.overwinter.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What a copy has to come to: every row, every definition, every sequence. Nobody is faster by
 * doing less.
 *
 * @param lines a line a thing, to be compared
 */
record State(List<String> lines) {
  /** Columns, indexes and constraints as PostgreSQL writes them down, and whether they hold. */
  private static final String DEFINITIONS =
      """
      SELECT 'column ' || attrelid::regclass || '.' || attname || ' '
             || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
         AND NOT attisdropped
      UNION ALL
      SELECT pg_get_indexdef(indexrelid) || ' valid ' || indisvalid
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
       WHERE relnamespace = 'public'::regnamespace
      UNION ALL
      SELECT 'constraint ' || conrelid::regclass || '.' || conname || ' '
             || pg_get_constraintdef(oid) || ' valid ' || convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
      UNION ALL
      SELECT 'sequence ' || schemaname || '.' || sequencename || ' ' || COALESCE(last_value, 0)
        FROM pg_sequences WHERE schemaname = 'public'
       ORDER BY 1
      """;

  State {
    lines = List.copyOf(lines);
  }

  /**
   * @param mapped whether to read the rows as they are once every user has got a new id
   */
  static State of(Cluster cluster, String database, Shape shape, boolean mapped)
      throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection connection = cluster.connect(database);
        Statement statement = connection.createStatement()) {
      read(statement, "SET search_path = ''; " + DEFINITIONS, lines);
      for (Shape.Table table : shape.tables()) {
        List<String> values =
            table.columnNames().stream()
                .map(it -> mapped && it.equals(table.userColumn()) ? newId(it) : it)
                .toList();
        read(
            statement,
            """
            SELECT 'rows of %1$s: ' || count(*) || ' with the digest '
                   || COALESCE(sum(hashtextextended(ROW(%2$s)::text, 0)), 0)
              FROM public.%1$s
            """
                .formatted(table.name(), String.join(", ", values)),
            lines);
      }
    }
    return new State(lines);
  }

  /** The new id of a user, as an SQL expression over the old one. */
  static String newId(String oldId) {
    return "md5('new ' || %s)::uuid".formatted(oldId);
  }

  private static void read(Statement statement, String query, List<String> lines)
      throws SQLException {
    boolean rows = statement.execute(query);
    while (!rows) {
      rows = statement.getMoreResults();
    }
    try (ResultSet row = statement.getResultSet()) {
      while (row.next()) {
        lines.add(row.getString(1));
      }
    }
  }

  /** What is here and not there, and the other way round; at most a few lines. */
  List<String> differencesFrom(State expected) {
    List<String> differences = new ArrayList<>();
    expected.lines.stream()
        .filter(it -> !lines.contains(it))
        .forEach(it -> differences.add("missing: " + it));
    lines.stream()
        .filter(it -> !expected.lines.contains(it))
        .forEach(it -> differences.add("not expected: " + it));
    return differences.subList(0, Math.min(differences.size(), 6));
  }
}
