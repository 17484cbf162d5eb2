package dev.overwinter.activities.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** Reads one database's catalog about the application's schemas. */
final class CatalogQuery {
  private static final String COMMON = text("common.sql");

  private final Connection connection;
  private final List<String> schemas;
  private final List<String> skipTables;

  /**
   * @param connection its search_path must be empty
   * @param skipTables tables to leave out, as {@code schema.table}
   */
  CatalogQuery(Connection connection, List<String> schemas, List<String> skipTables) {
    this.connection = connection;
    this.schemas = schemas;
    this.skipTables = skipTables;
  }

  /** What is done with each row. */
  @FunctionalInterface
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Runs what follows the common part. */
  void ofApplication(String sql, RowReader reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMMON + sql)) {
      statement.setArray(1, connection.createArrayOf("text", schemas.toArray()));
      statement.setArray(2, connection.createArrayOf("text", skipTables.toArray()));
      read(statement, reader);
    }
  }

  /** Runs a query of its own. */
  void ofEverything(String sql, RowReader reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      read(statement, reader);
    }
  }

  private static void read(PreparedStatement statement, RowReader reader) throws SQLException {
    // Of a large catalog, not all rows at once.
    statement.setFetchSize(1000);
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        reader.read(rows);
      }
    }
  }

  /** A query of this package. */
  static String text(String name) {
    try (InputStream stream = CatalogQuery.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the query " + name + " is missing from the program");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The elements of an array, or null. */
  static List<String> texts(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? null : Arrays.asList((String[]) array.getArray());
  }

  /** An object by two columns, or null. */
  static ObjectKey key(ResultSet row, int catalog, int object) throws SQLException {
    long oid = row.getLong(object);
    return oid == 0 ? null : new ObjectKey(row.getLong(catalog), oid);
  }
}
