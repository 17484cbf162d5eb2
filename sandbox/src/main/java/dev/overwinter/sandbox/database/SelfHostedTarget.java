package dev.overwinter.sandbox.database;

import dev.overwinter.sandbox.app.SandboxApplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL server as one sets it up oneself: a database owned by {@code app_owner} and used by
 * the application as {@code app_user}, neither a superuser, with the sandbox application's tables
 * as its own migrations create them, empty. Thread-safe; closing it stops the server.
 */
public final class SelfHostedTarget implements AutoCloseable {
  /** The superuser of the server. */
  public static final String SUPERUSER = "postgres";

  /** Owns the database and everything in it; the role a migration connects as. */
  public static final String OWNER = "app_owner";

  /** The application's role: reads and writes rows, owns nothing. */
  public static final String APPLICATION = "app_user";

  /** The application's database. */
  public static final String DATABASE = "coldchain";

  private final Cluster cluster;

  private SelfHostedTarget(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Starts the target, with empty tables when its directory is new. */
  public static SelfHostedTarget start(SandboxOptions options) throws SQLException {
    var blueprint =
        new EmbeddedCluster.Blueprint("target", SUPERUSER, Map.of(), SelfHostedTarget::furnish);
    return new SelfHostedTarget(EmbeddedCluster.start(blueprint, options, options.targetPort()));
  }

  /**
   * Makes a target, with empty tables, of a server that runs already and is new: its {@link
   * #SUPERUSER} has the password that {@link #superuserPassword} tells. Closing the target does not
   * stop that server.
   */
  public static SelfHostedTarget furnish(String host, int port) throws SQLException {
    Cluster cluster = new BorrowedCluster(host, port);
    furnish(cluster);
    return new SelfHostedTarget(cluster);
  }

  /** The password that a server to be furnished has for {@link #SUPERUSER}. */
  public static String superuserPassword() {
    return Cluster.passwordOf(SUPERUSER);
  }

  /** The address of the application's database, without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  /** The address of a database of this server, without user and password. */
  public String jdbcUrl(String database) {
    return cluster.jdbcUrl(database);
  }

  /** The address under which others reach it, as people write it, without user and password. */
  public String url(String host) {
    return "postgresql://" + cluster.address(host, DATABASE);
  }

  /** The role a migration connects as. */
  public String user() {
    return OWNER;
  }

  /** The password of {@link #user()}. */
  public String password() {
    return passwordOf(OWNER);
  }

  /** The password of any role of the target. */
  public String passwordOf(String role) {
    return Cluster.passwordOf(role);
  }

  /** A new connection to the application's database, in autocommit mode. The caller closes it. */
  public Connection connect(String role) throws SQLException {
    return connect(DATABASE, role);
  }

  /** A new connection to a database of this server, in autocommit mode. The caller closes it. */
  public Connection connect(String database, String role) throws SQLException {
    return cluster.connect(database, role);
  }

  /** Creates one more database like the application's, with empty tables: one to rehearse in. */
  public void createDatabase(String database) throws SQLException {
    createDatabase(cluster, database);
  }

  @Override
  public void close() {
    cluster.close();
  }

  private static void furnish(Cluster cluster) throws SQLException {
    try (Connection connection = cluster.connect("postgres", SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + OWNER + " LOGIN");
      statement.execute("CREATE ROLE " + APPLICATION + " LOGIN");
      for (String role : List.of(SUPERUSER, OWNER, APPLICATION)) {
        statement.execute("ALTER ROLE " + role + " PASSWORD '" + Cluster.passwordOf(role) + "'");
      }
    }
    createDatabase(cluster, DATABASE);
  }

  private static void createDatabase(Cluster cluster, String database) throws SQLException {
    try (Connection connection = cluster.connect("postgres", SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE DATABASE " + statement.enquoteIdentifier(database, true) + " OWNER " + OWNER);
    }
    try (Connection connection = cluster.connect(database, SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SCHEMA public OWNER TO " + OWNER);
      statement.execute("GRANT USAGE ON SCHEMA public TO " + APPLICATION);
    }
    try (Connection connection = cluster.connect(database, OWNER)) {
      SandboxApplication.installOnTarget(connection);
    }
  }
}
