package dev.overwinter.activities.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Tables of every shape and type, with whatever values, names and shapes a copy could spoil. */
final class TortureTables {
  /** The schemas of the tables of usual and rare shapes. */
  static final String[] SCHEMAS = {"app", "Odd/../ \"Schema.%"};

  /** Makes the application's types and the tables of usual shapes. */
  static final String TABLES = resource("types.sql") + resource("shapes.sql");

  /** Fills them. */
  static final String ROWS = resource("rows.sql");

  /** Makes tables of rare shapes, and one for each type in the schema {@code types}. */
  static final String RARE_TABLES =
      resource("rare-shapes.sql")
          + resource("values.sql")
          + resource("extensions.sql")
          + resource("tables-of-types.sql")
          + "SELECT torture.make_tables();\n";

  /** Fills them. */
  static final String RARE_ROWS = resource("rare-rows.sql") + "SELECT torture.fill_tables();\n";

  private TortureTables() {}

  /** The text of a resource of these tables. */
  static String resource(String name) {
    return text("torture/" + name);
  }

  /** The text of a resource. */
  static String text(String name) {
    try (InputStream stream = TortureTables.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
