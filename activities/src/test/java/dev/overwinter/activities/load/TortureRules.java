package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.request.TableRule;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Rules of every kind for tables of every shape and type. What they mean is said once more by views
 * in the source, in SQL that the product never sees.
 */
final class TortureRules {
  /** The schema of the ruled tables in the target, and of the views in the source. */
  static final String SCHEMA = "ruled";

  /** Makes the ruled tables of the target. */
  static final String TABLES = TortureTables.resource("ruled-tables.sql");

  /** Makes the views of the source. */
  static final String WANTED = TortureTables.resource("ruled-wanted.sql");

  private static final int WIDTH = 1600;

  private static final String FIXED =
      "SELECT format('%%s', plain) FROM types.\"%s\" ORDER BY n DESC LIMIT 1";

  private TortureRules() {}

  /** The request's rules, for a source whose tables are filled. */
  static Map<String, TableRule> of(Database source) throws JsonProcessingException, SQLException {
    ObjectNode request =
        (ObjectNode) new ObjectMapper().readTree(TortureTables.resource("ruled.json"));
    ObjectNode tables = request.withObject("/tables");
    addTypes(source, tables);
    addWide(tables);
    RequestReader.Result read = RequestReader.read(request);
    assertThat(read.problems()).isEmpty();
    return read.request().tables();
  }

  private static void addTypes(Database source, ObjectNode tables) throws SQLException {
    for (String type : types(source)) {
      String quoted = type.replace("\"", "\"\"");
      ObjectNode rule = tables.putObject("types." + type);
      rule.put("rename", SCHEMA + ".the " + type);
      rule.put("filter", "n <> (SELECT max(x.n) FROM types.\"%s\" x)".formatted(quoted));
      ObjectNode columns = rule.putObject("columns");
      columns.putObject("n").put("expression", "n::bigint");
      columns.putObject("tag").put("constant", "it's \\N\t😀 %s ?");
      columns.putObject("plain").put("rename", "Plain % é");
      columns
          .putObject("fixed")
          .put("constant", TestServer.single(source, FIXED.formatted(quoted)));
      // Fields of an interval are the one thing that PostgreSQL does not tell of an expression.
      String cast = "::" + (type.contains(" to ") ? "text" : type);
      columns.putObject("even").put("expression", "(CASE WHEN n % 2 = 0 THEN plain END)" + cast);
      columns
          .putObject("first")
          .put("expression", "COALESCE(plain, list[1])" + cast + " -- either");
      columns.putObject("named").put("rename", "base").put("expression", "named" + cast);
      columns.putObject("pair").put("drop", true);
      columns.putObject("pairs").put("rename", "it's \\pairs");
    }
  }

  private static List<String> types(Database source) throws SQLException {
    try (Connection connection = source.connect()) {
      return LoadTestServer.texts(connection, "SELECT DISTINCT type FROM torture.literal");
    }
  }

  private static void addWide(ObjectNode tables) {
    ObjectNode rule = tables.putObject("app.wide").put("rename", SCHEMA + ".wide");
    ObjectNode columns = rule.putObject("columns");
    for (int place = 1; place <= WIDTH; place++) {
      String name = "column " + place;
      switch (place % 4) {
        case 0 -> columns.putObject(name).put("rename", "Renamed " + place);
        case 1 -> columns.putObject(name).put("drop", true);
        case 3 ->
            columns.putObject(name).put("expression", "COALESCE(\"%s\", E'\\t')".formatted(name));
        default -> {}
      }
    }
  }

  /** The rows that the ruled tables hold, in text or in binary. */
  static Map<String, List<String>> rows(Database target, boolean binary) {
    return rows(target, target, binary);
  }

  /** The rows that they must hold, as the source's views say. */
  static Map<String, List<String>> wanted(Database source, Database target, boolean binary) {
    return rows(source, target, binary);
  }

  private static Map<String, List<String>> rows(Database side, Database target, boolean binary) {
    Map<String, List<String>> contents = new TreeMap<>();
    try (Connection connection = side.connect();
        Connection shapes = target.connect()) {
      for (Table table : Catalog.read(shapes, List.of(SCHEMA))) {
        String name = table.name().sql();
        contents.put(
            table.name().toString(),
            binary
                ? TableContents.binary(
                    connection,
                    "SELECT %s FROM %s"
                        .formatted(
                            TableContents.binaryColumns(shapes, table.name(), table.columns()),
                            name))
                : TableContents.text(
                    connection, "SELECT %s FROM %s".formatted(columns(table), name)));
      }
      return contents;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String columns(Table table) {
    return table.columns().stream()
        .map(column -> QualifiedName.quote(column.name()))
        .collect(Collectors.joining(", "));
  }
}
