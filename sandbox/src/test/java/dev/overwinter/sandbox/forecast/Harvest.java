package dev.overwinter.sandbox.forecast;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Tables whose bytes cost differently: many narrow rows, few wide ones, and many indexes. */
final class Harvest {
  static final String SCHEMA = "harvest";

  private static final List<String> TABLES =
      List.of(
          "CREATE SCHEMA harvest",
          "CREATE TABLE harvest.narrow (id bigint PRIMARY KEY, at timestamptz, value real)",
          "CREATE TABLE harvest.wide (id bigint PRIMARY KEY, body text, data jsonb, labels text[])",
          """
          CREATE TABLE harvest.indexed (
            id bigint PRIMARY KEY, place int, token uuid UNIQUE, name text, amount numeric)
          """);

  private static final List<String> INDEXES =
      List.of(
          "CREATE INDEX ON harvest.indexed (place, amount)",
          "CREATE INDEX ON harvest.indexed (name)",
          "CREATE INDEX ON harvest.indexed (amount)");

  private static final List<String> ROWS =
      List.of(
          """
          INSERT INTO harvest.narrow
            SELECT n, timestamptz '2026-01-01' + n * interval '1 second', n %% 977
              FROM generate_series(1, %d) n
          """,
          """
          INSERT INTO harvest.wide
            SELECT n, repeat(md5(n::text) || ' ', 50),
                   jsonb_build_object('n', n, 'm', md5(n::text)), ARRAY['a', md5(n::text)]
              FROM generate_series(1, %d) n
          """,
          """
          INSERT INTO harvest.indexed
            SELECT n, n %% 1000, md5(n::text)::uuid, 'name ' || md5((n * 7)::text), n / 7.0
              FROM generate_series(1, %d) n
          """);

  /** So that the tables are of about the same size. */
  private static final List<Integer> SHARES = List.of(20, 1, 10);

  private Harvest() {}

  static void makeTables(Connection connection) throws SQLException {
    for (String sql : TABLES) {
      execute(connection, sql);
    }
  }

  /** Those that are no keys; a server fills its tables faster without. */
  static void makeIndexes(Connection connection) throws SQLException {
    for (String sql : INDEXES) {
      execute(connection, sql);
    }
  }

  /**
   * @param size rows of the widest table
   */
  static void fill(Connection connection, int size) throws SQLException {
    for (int table = 0; table < ROWS.size(); table++) {
      execute(connection, ROWS.get(table).formatted(size * SHARES.get(table)));
    }
    // Without them nobody knows how many rows there are.
    execute(connection, "ANALYZE");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
