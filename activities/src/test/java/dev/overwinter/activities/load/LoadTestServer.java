package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.TestServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Databases on the tests' server that belong to a role that is no superuser. */
public final class LoadTestServer {
  private static boolean rolesMade;
  private static int databases;

  private LoadTestServer() {}

  private static synchronized void makeRoles() throws SQLException {
    if (!rolesMade) {
      try (Connection connection = superuser("postgres")) {
        execute(connection, "CREATE ROLE app_owner LOGIN", "CREATE ROLE app_reader");
      }
      rolesMade = true;
    }
  }

  /** Makes an empty database that belongs to the role {@code app_owner}, who is no superuser. */
  public static String createDatabase() throws SQLException {
    String name = createDatabase("template1", "app_owner");
    try (Connection connection = superuser(name)) {
      execute(connection, "ALTER SCHEMA public OWNER TO app_owner");
    }
    return name;
  }

  /** Makes a copy of a database that nobody is connected to. */
  public static String createDatabase(String template, String owner) throws SQLException {
    makeRoles();
    String name;
    synchronized (LoadTestServer.class) {
      name = "test_" + ++databases;
    }
    try (Connection connection = superuser("postgres")) {
      execute(
          connection, "CREATE DATABASE %s OWNER %s TEMPLATE %s".formatted(name, owner, template));
    }
    return name;
  }

  /** The address of a database, without user and password. */
  public static String url(String database) {
    return "jdbc:postgresql://localhost:%d/%s".formatted(TestServer.port(), database);
  }

  /** A side of a run, as the role {@code app_owner}. */
  public static Database open(String side, String database) {
    return new Database(new DatabaseSettings(side, url(database), "app_owner", "", 6));
  }

  /** A connection that may do everything. */
  public static Connection superuser(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "");
  }

  /** A connection as the application's owner. */
  public static Connection owner(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "app_owner", "");
  }

  /** Runs statements. */
  public static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The first column of a query's rows, as text. */
  public static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
