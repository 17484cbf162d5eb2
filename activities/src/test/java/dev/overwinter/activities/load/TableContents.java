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
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** What tables hold, as PostgreSQL itself says. */
final class TableContents {
  private TableContents() {}

  /** The rows of each table in COPY text, generated columns included, in the order of the text. */
  static Map<String, List<String>> rows(Database database, String... schemas) {
    Map<String, List<String>> contents = new TreeMap<>();
    try (Connection connection = database.connect()) {
      for (Table table : Catalog.read(connection, List.of(schemas))) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "COPY (SELECT * FROM %s %s) TO STDOUT"
                    .formatted(table.leaves().size() == 1 ? "ONLY" : "", table.name().sql()),
                text);
        contents.put(
            table.name().toString(),
            text.toString(StandardCharsets.UTF_8).lines().sorted().toList());
      }
      return contents;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The digest as SQL computes it. */
  static TableDigest digest(Database database, QualifiedName name, List<Column> columns) {
    String values = columns.stream().map(TableContents::textOf).collect(Collectors.joining(", "));
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
