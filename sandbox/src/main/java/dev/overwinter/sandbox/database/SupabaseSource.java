package dev.overwinter.sandbox.database;

import dev.overwinter.sandbox.SqlScript;
import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.app.SandboxSeed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL server with the roles, privileges and auth schema of a hosted Supabase project, and
 * the sandbox application's tables in its schema public. Thread-safe; closing it stops the server.
 *
 * <p>As on a hosted project, {@code postgres} is no superuser, does not own the tables of schema
 * auth, and every statement is cut off after two minutes unless the session says otherwise. What is
 * missing is the extension with which Supabase lets {@code postgres} set session_replication_role
 * and drop triggers on tables of schema auth.
 */
public final class SupabaseSource implements AutoCloseable {
  /** The superuser, out of reach for customers of a hosted project. */
  public static final String SUPERUSER = "supabase_admin";

  /** The role a migration connects as. */
  public static final String OWNER = "postgres";

  /** What the server of a hosted project is set to. */
  public static final Map<String, String> SETTINGS =
      Map.of("wal_level", "logical", "statement_timeout", "2min");

  private static final String DATABASE = "postgres";
  private static final String MIDWIFE = "sandbox_midwife";
  private static final List<String> LOGIN_ROLES =
      List.of(SUPERUSER, OWNER, "authenticator", "supabase_auth_admin");

  private final Cluster cluster;

  private SupabaseSource(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Starts the source, with empty tables when its directory is new. */
  public static SupabaseSource start(SandboxOptions options) throws SQLException {
    var blueprint =
        new EmbeddedCluster.Blueprint("source", SUPERUSER, SETTINGS, SupabaseSource::furnish);
    return new SupabaseSource(EmbeddedCluster.start(blueprint, options, options.sourcePort()));
  }

  /**
   * Makes a source, with empty tables, of a server that runs already with the {@link #SETTINGS} and
   * is new: its superuser {@code postgres} has the password {@link
   * SelfHostedTarget#superuserPassword}. Closing the source does not stop that server.
   */
  public static SupabaseSource furnish(String host, int port) throws SQLException {
    Cluster cluster = new BorrowedCluster(host, port);
    furnish(cluster);
    return new SupabaseSource(cluster);
  }

  /**
   * Fills the tables, all of them or none, unless they have rows already.
   *
   * @return whether rows were made
   */
  public boolean plant(SandboxSeed seed) throws SQLException {
    try (Connection connection = connect(SUPERUSER)) {
      return seed.plant(connection);
    }
  }

  /** The address, without user and password. */
  public String jdbcUrl() {
    return cluster.jdbcUrl(DATABASE);
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

  /** The password of any role of the source that may log in. */
  public String passwordOf(String role) {
    return Cluster.passwordOf(role);
  }

  /** A new connection in autocommit mode. The caller closes it. */
  public Connection connect(String role) throws SQLException {
    return cluster.connect(DATABASE, role);
  }

  @Override
  public void close() {
    cluster.close();
  }

  private static void furnish(Cluster cluster) throws SQLException {
    giveTheSuperuserItsName(cluster);
    try (Connection connection = cluster.connect(DATABASE, SUPERUSER)) {
      SqlScript.beside(SupabaseSource.class, "supabase-roles.sql").runOn(connection);
      for (String role : LOGIN_ROLES) {
        setPassword(connection, role);
      }
      SqlScript.beside(SupabaseSource.class, "supabase-auth.sql").runOn(connection);
    }
    try (Connection connection = cluster.connect(DATABASE, OWNER)) {
      SandboxApplication.installOnSupabase(connection);
    }
  }

  /** A session cannot rename its own role, hence the second superuser, for a moment. */
  private static void giveTheSuperuserItsName(Cluster cluster) throws SQLException {
    try (Connection connection = cluster.connect(DATABASE, "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + MIDWIFE + " SUPERUSER LOGIN");
      setPassword(connection, MIDWIFE);
    }
    try (Connection connection = cluster.connect(DATABASE, MIDWIFE);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE postgres RENAME TO " + SUPERUSER);
      setPassword(connection, SUPERUSER);
    }
    try (Connection connection = cluster.connect(DATABASE, SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP ROLE " + MIDWIFE);
    }
  }

  private static void setPassword(Connection connection, String role) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE " + role + " PASSWORD '" + Cluster.passwordOf(role) + "'");
    }
  }
}
