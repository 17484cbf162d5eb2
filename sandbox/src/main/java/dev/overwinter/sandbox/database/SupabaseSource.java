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

  private static final String DATABASE = "postgres";
  private static final String MIDWIFE = "sandbox_midwife";
  private static final List<String> LOGIN_ROLES =
      List.of(SUPERUSER, OWNER, "authenticator", "supabase_auth_admin");

  private final EmbeddedCluster cluster;

  private SupabaseSource(EmbeddedCluster cluster) {
    this.cluster = cluster;
  }

  /** Starts the source, with empty tables when its directory is new. */
  public static SupabaseSource start(SandboxOptions options) throws SQLException {
    Map<String, String> settings = Map.of("wal_level", "logical", "statement_timeout", "2min");
    var blueprint =
        new EmbeddedCluster.Blueprint("source", SUPERUSER, settings, SupabaseSource::furnish);
    return new SupabaseSource(EmbeddedCluster.start(blueprint, options, options.sourcePort()));
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
    return EmbeddedCluster.passwordOf(role);
  }

  /** A new connection in autocommit mode. The caller closes it. */
  public Connection connect(String role) throws SQLException {
    return cluster.connect(DATABASE, role);
  }

  @Override
  public void close() {
    cluster.close();
  }

  private static void furnish(EmbeddedCluster cluster) throws SQLException {
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
  private static void giveTheSuperuserItsName(EmbeddedCluster cluster) throws SQLException {
    try (Connection connection = cluster.connect(DATABASE, "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + MIDWIFE + " SUPERUSER LOGIN");
    }
    try (Connection connection = cluster.connect(DATABASE, MIDWIFE);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE postgres RENAME TO " + SUPERUSER);
    }
    try (Connection connection = cluster.connect(DATABASE, SUPERUSER);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP ROLE " + MIDWIFE);
    }
  }

  private static void setPassword(Connection connection, String role) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "ALTER ROLE " + role + " PASSWORD '" + EmbeddedCluster.passwordOf(role) + "'");
    }
  }
}
