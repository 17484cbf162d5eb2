package dev.overwinter.activities.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL server for all tests of this module; each test makes its own databases. */
public final class TestServer {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private TestServer() {}

  /** Started with the first use, stopped with the virtual machine. */
  private static final class Holder {
    private static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("max_connections", "100")
            .setServerConfig("fsync", "off")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A new, empty database under a name of its own. */
  public static Database createDatabase(String side) {
    String name = side + "_" + DATABASES.incrementAndGet();
    try (Connection connection = Holder.SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return open(side, name, "postgres");
  }

  /** Another pool of sessions to a database. */
  public static Database open(String side, String database, String user) {
    String url = "jdbc:postgresql://localhost:" + Holder.SERVER.getPort() + "/" + database;
    return new Database(new DatabaseSettings(side, url, user, "", 12));
  }

  /** Runs statements that give nothing back. */
  public static void execute(Database database, String sql) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column of the first row, as text. */
  public static String single(Database database, String sql) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
