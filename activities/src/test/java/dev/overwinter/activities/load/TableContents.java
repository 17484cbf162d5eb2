package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;

/** What tables hold, as PostgreSQL itself says. */
final class TableContents {
  private static final int BINARY_HEADER_BYTES = 19;

  private static final String BINARY_COLUMNS =
      """
      WITH RECURSIVE part AS (
        SELECT a.attname, a.atttypid AS type
          FROM pg_attribute a
         WHERE a.attrelid = '%s'::regclass AND a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT p.attname, below.type
          FROM part p
          JOIN pg_type t ON t.oid = p.type
          LEFT JOIN pg_range r ON t.oid IN (r.rngtypid, r.rngmultitypid)
         CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem), (r.rngsubtype)) below (type)
         WHERE below.type <> 0)
      SELECT p.attname,
             CASE WHEN bool_or(t.typsend = 0 OR t.typtype = 'c' OR t.typelem >= 16384 OR t.typname ~ '^reg')
               THEN format('%%I::text', p.attname) ELSE format('%%I', p.attname) END
        FROM part p JOIN pg_type t ON t.oid = p.type
       GROUP BY p.attname
      """;

  private TableContents() {}

  /** The rows of each table in COPY text, generated columns included, in the order of the text. */
  static Map<String, List<String>> rows(Database database, String... schemas) {
    Map<String, List<String>> contents = new TreeMap<>();
    try (Connection connection = database.connect()) {
      for (Table table : Catalog.read(connection, List.of(schemas))) {
        contents.put(
            table.name().toString(),
            text(
                connection,
                "SELECT * FROM %s %s"
                    .formatted(table.leaves().size() == 1 ? "ONLY" : "", table.name().sql())));
      }
      return contents;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The rows of each table in binary COPY, as hexadecimal digits, in their order. What is made in a
   * database has other object ids in another one, and some types have no binary form: columns with
   * such ids and without such a form are in their text form, which {@link #rows} has, too.
   */
  static Map<String, List<String>> binaryRows(Database database, String... schemas) {
    Map<String, List<String>> contents = new TreeMap<>();
    try (Connection connection = database.connect()) {
      for (Table table : Catalog.read(connection, List.of(schemas))) {
        List<String> rows = new ArrayList<>();
        for (QualifiedName leaf : table.leaves()) {
          rows.addAll(
              binary(
                  connection,
                  "SELECT %s FROM ONLY %s"
                      .formatted(binaryColumns(connection, leaf, table.columns()), leaf.sql())));
        }
        rows.sort(null);
        contents.put(table.name().toString(), rows);
      }
      return contents;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The rows of a query in COPY text, in the order of the text. */
  static List<String> text(Connection connection, String query) throws SQLException, IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("COPY (%s) TO STDOUT".formatted(query), text);
    return text.toString(StandardCharsets.UTF_8).lines().sorted().toList();
  }

  /** The rows of a query in binary COPY, as hexadecimal digits, in their order. */
  static List<String> binary(Connection connection, String query) throws SQLException, IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut("COPY (%s) TO STDOUT (FORMAT binary)".formatted(query), bytes);
    return split(ByteBuffer.wrap(bytes.toByteArray()));
  }

  /** A relation's columns as they are to be read in binary, see {@link #binaryRows}. */
  static String binaryColumns(Connection connection, QualifiedName leaf, List<Column> columns)
      throws SQLException {
    Map<String, String> expressions = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(BINARY_COLUMNS.formatted(leaf.sql()))) {
      while (row.next()) {
        expressions.put(row.getString(1), row.getString(2));
      }
    }
    return columns.stream()
        .map(column -> expressions.get(column.name()))
        .collect(Collectors.joining(", "));
  }

  /** The fields of each row, without the stream's header and trailer. */
  private static List<String> split(ByteBuffer stream) {
    List<String> rows = new ArrayList<>();
    stream.position(BINARY_HEADER_BYTES);
    while (true) {
      int start = stream.position();
      short fields = stream.getShort();
      if (fields < 0) {
        rows.sort(null);
        return rows;
      }
      for (int field = 0; field < fields; field++) {
        int length = stream.getInt();
        stream.position(stream.position() + Math.max(0, length));
      }
      rows.add(HexFormat.of().formatHex(stream.array(), start, stream.position()));
    }
  }

  /** The digest of each ordinary table's copied columns as SQL computes it. */
  static Map<String, TableDigest> digests(Database database, String... schemas) {
    Map<String, TableDigest> digests = new TreeMap<>();
    try (Connection connection = database.connect()) {
      for (Table table : Catalog.read(connection, List.of(schemas))) {
        digests.put(table.name().toString(), digest(database, table.name(), table.copiedColumns()));
      }
      return digests;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The digest as SQL computes it, of values in their text form. */
  static TableDigest digest(Database database, QualifiedName name, List<Column> columns) {
    return digest(
        database,
        name,
        columns.stream().map(TableContents::textOf).collect(Collectors.joining(", ")));
  }

  /**
   * The digest as SQL computes it.
   *
   * @param wireTypes how each column travels in binary, or null
   */
  static TableDigest digest(
      Database database, QualifiedName name, List<Column> columns, List<String> wireTypes) {
    if (wireTypes == null) {
      return digest(database, name, columns);
    }
    String values =
        IntStream.range(0, columns.size())
            .mapToObj(
                place ->
                    List.of("ENUM", "OTHER").contains(wireTypes.get(place))
                        ? textOf(columns.get(place))
                        : QualifiedName.quote(columns.get(place).name())
                            + "::"
                            + wireTypes.get(place))
            .collect(Collectors.joining(", "));
    return digest(database, name, values);
  }

  private static TableDigest digest(Database database, QualifiedName name, String values) {
    String sql =
        """
        SELECT count(*),
               sum(('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint),
               sum(('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint)
          FROM (SELECT sha256(record_send(ROW(%s))) FROM ONLY %s OFFSET 0) rows (hash)
        """
            .formatted(values, name.sql());
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return new TableDigest(row.getLong(1), word(row.getString(2)), word(row.getString(3)));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A domain over an enum is the one type that its output function refuses. */
  private static String textOf(Column column) {
    String name = QualifiedName.quote(column.name());
    return column.outputFunction().endsWith(".enum_out")
        ? name + "::text"
        : "textin(%s(%s))".formatted(column.outputFunction(), name);
  }

  private static long word(String sum) {
    return sum == null ? 0 : new BigInteger(sum).longValue();
  }
}
