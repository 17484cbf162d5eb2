package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The guard's own objects: keeping others off them, and taking their effect away. */
final class OwnTables {
  /**
   * Reads the catalog and does not ask to_regclass and its like: those answer from the session's
   * cache, which may not know yet what was committed while this transaction waited for the gate.
   */
  private static final String HAS_TABLE =
      """
      SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE n.nspname || '.' || c.relname = ? AND n.nspname = 'overwinter')
      """;

  private static final String HAS_FUNCTION =
      """
      SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                      WHERE n.nspname || '.' || p.proname || '()' = ? AND n.nspname = 'overwinter')
      """;

  private OwnTables() {}

  /**
   * Takes back what default privileges may have granted: whoever can change the guard's row can
   * lift it, and whoever can read the target's knows the pass.
   */
  static String revokeFromOthers(String... tables) {
    return """
        DO $do$
        DECLARE granted record;
        BEGIN
          FOR granted IN
            SELECT DISTINCT c.oid::regclass AS own, a.grantee
              FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
             WHERE c.oid = ANY ('{%s}'::regclass[]) AND a.grantee <> c.relowner
          LOOP
            EXECUTE format('REVOKE ALL ON %%s FROM %%s', granted.own,
              CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END);
          END LOOP;
        END $do$
        """
        .formatted(String.join(",", tables));
  }

  /**
   * Lets every write through and forgets whose guard it was. The caller holds the gate. Our own
   * transaction first: an event trigger may write to a guarded table before the function is
   * replaced, and must not keep the guard from coming off.
   */
  static void open(Connection connection, Guard guard) throws SQLException {
    if (hasTable(connection, guard)) {
      GuardTransaction.execute(connection, guard.passOwnTransaction());
    }
    if (hasFunction(connection, guard)) {
      GuardTransaction.execute(connection, guard.openFunction());
    }
    if (hasTable(connection, guard)) {
      GuardTransaction.execute(connection, "DELETE FROM " + guard.table());
    }
  }

  /** Whether a guard stands, no matter whose. */
  static boolean stands(Connection connection, Guard guard) throws SQLException {
    return hasTable(connection, guard) && hasRow(connection, guard);
  }

  private static boolean hasRow(Connection connection, Guard guard) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT 1 FROM " + guard.table());
        ResultSet row = statement.executeQuery()) {
      return row.next();
    }
  }

  static boolean hasTable(Connection connection, Guard guard) throws SQLException {
    return hasTable(connection, guard.table());
  }

  /**
   * @param name with its schema, which is ours
   */
  static boolean hasTable(Connection connection, String name) throws SQLException {
    return isTrue(connection, HAS_TABLE, name);
  }

  static boolean hasFunction(Connection connection, Guard guard) throws SQLException {
    return isTrue(connection, HAS_FUNCTION, guard.function());
  }

  private static boolean isTrue(Connection connection, String sql, String name)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
