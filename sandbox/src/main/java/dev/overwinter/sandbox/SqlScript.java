package dev.overwinter.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** SQL kept as a resource beside the class that runs it. */
public final class SqlScript {
  private final String name;
  private final String text;

  private SqlScript(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** Reads the script of that file name from the package of {@code neighbour}. */
  public static SqlScript beside(Class<?> neighbour, String name) {
    try (InputStream stream = neighbour.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "The SQL script " + name + " is missing beside " + neighbour.getName());
      }
      return new SqlScript(name, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException cause) {
      throw new UncheckedIOException("Cannot read the SQL script " + name, cause);
    }
  }

  /** Runs all statements, in the transaction the connection is in or in one each. */
  public void runOn(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(text);
    } catch (SQLException cause) {
      throw new SQLException(
          "The SQL script " + name + " failed: " + cause.getMessage(), cause.getSQLState(), cause);
    }
  }
}
