package dev.overwinter.sandbox.kill;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What one database lets through, tried out on every table, and what it says about its guard.
 *
 * @param owner the run whose guard stands, or null
 * @param complete whether that guard is complete by its own account
 * @param refusing the tables that refuse writes
 * @param accepting the tables that take them
 */
public record GuardLook(
    String owner, boolean complete, List<String> refusing, List<String> accepting) {
  private static final String TABLES =
      """
      SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p')
         AND (n.nspname = 'public'
              OR c.oid IN (to_regclass('auth.users'), to_regclass('auth.identities')))
       ORDER BY 1
      """;

  public static GuardLook atSource(Connection superuser) throws SQLException {
    return at(superuser, "overwinter.guard", "frozen_since IS NOT NULL");
  }

  public static GuardLook atTarget(Connection superuser) throws SQLException {
    return at(superuser, "overwinter.target_guard", "complete");
  }

  private static GuardLook at(Connection superuser, String guard, String complete)
      throws SQLException {
    String owner = null;
    boolean isComplete = false;
    if (!strings(superuser, "SELECT to_regclass('%s')::text".formatted(guard)).contains(null)) {
      for (String row :
          strings(superuser, "SELECT run_id || ' ' || (%s) FROM %s".formatted(complete, guard))) {
        owner = row.split(" ")[0];
        isComplete = row.endsWith(" true");
      }
    }
    List<String> refusing = new ArrayList<>();
    List<String> accepting = new ArrayList<>();
    for (String table : strings(superuser, TABLES)) {
      (refuses(superuser, table) ? refusing : accepting).add(table);
    }
    return new GuardLook(owner, isComplete, refusing, accepting);
  }

  /** Touches no row: a statement's trigger fires for none, too. */
  private static boolean refuses(Connection superuser, String table) throws SQLException {
    try (Statement statement = superuser.createStatement()) {
      statement.execute("DELETE FROM " + table + " WHERE false");
      return false;
    } catch (SQLException e) {
      if ("PT503".equals(e.getSQLState())) {
        return true;
      }
      throw e;
    }
  }

  public boolean isFree() {
    return refusing.isEmpty();
  }

  public boolean isClosed() {
    return accepting.isEmpty();
  }

  public static List<String> strings(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> strings = new ArrayList<>();
      while (rows.next()) {
        strings.add(rows.getString(1));
      }
      return strings;
    }
  }
}
