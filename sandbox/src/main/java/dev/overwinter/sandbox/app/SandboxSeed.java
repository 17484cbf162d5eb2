package dev.overwinter.sandbox.app;

import dev.overwinter.sandbox.SqlScript;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * Rows for the source. The same seed always makes the same rows, to the byte.
 *
 * @param users how many users; at least {@link UserKind#rotaLength()}, so that there is one of each
 *     kind
 * @param readings how many rows sensor_readings gets
 * @param seed which rows
 */
public record SandboxSeed(int users, long readings, long seed) {
  private static final int DEMO_USERS = 600;
  private static final long DEMO_READINGS = 500_000;
  private static final long DEMO_SEED = 2_026;

  public SandboxSeed {
    if (users < UserKind.rotaLength()) {
      throw new IllegalArgumentException(
          "It takes " + UserKind.rotaLength() + " users to have one of each kind, not " + users);
    }
    if (readings < 0) {
      throw new IllegalArgumentException("There cannot be " + readings + " readings");
    }
  }

  /** What the demo migrates. */
  public static SandboxSeed demo() {
    return new SandboxSeed(DEMO_USERS, DEMO_READINGS, DEMO_SEED);
  }

  /** The smallest seed with every kind of user and row, for tests. */
  public static SandboxSeed small() {
    return new SandboxSeed(2 * UserKind.rotaLength(), 2_000, DEMO_SEED);
  }

  /** The users this seed makes. */
  public SandboxUsers sandboxUsers() {
    return SandboxUsers.of(users, seed);
  }

  /**
   * Fills the source, in one transaction, unless it has rows already.
   *
   * @param superuser a connection to the source of its own; left with other settings
   * @return whether rows were made
   */
  public boolean plant(Connection superuser) throws SQLException {
    superuser.setAutoCommit(false);
    if (hasRows(superuser)) {
      return false;
    }
    prepare(superuser);
    new UserRows(seed).insert(superuser, sandboxUsers());
    SqlScript.beside(SandboxSeed.class, "seed.sql").runOn(superuser);
    superuser.commit();
    superuser.setAutoCommit(true);
    try (Statement statement = superuser.createStatement()) {
      statement.execute("ANALYZE");
    }
    return true;
  }

  private static boolean hasRows(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT EXISTS (SELECT FROM public.organizations)")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  private void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = 0");
      statement.execute("SET session_replication_role = replica");
      statement.execute("SET search_path = public");
    }
    Map<String, Long> settings =
        Map.of("sandbox.users", (long) users, "sandbox.readings", readings, "sandbox.seed", seed);
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT set_config(?, ?, false)")) {
      for (Map.Entry<String, Long> setting : settings.entrySet()) {
        statement.setString(1, setting.getKey());
        statement.setString(2, setting.getValue().toString());
        statement.execute();
      }
    }
  }
}
