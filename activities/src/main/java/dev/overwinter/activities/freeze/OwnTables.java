package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The guard's own objects: keeping others off them, and taking their effect away. */
final class OwnTables {
  private OwnTables() {}

  /**
   * Takes back what default privileges may have granted: whoever can change the guard's row can
   * lift it, and whoever can read the target's knows the pass.
   */
  static String revokeFromOthers(Guard guard) {
    return """
        DO $do$
        DECLARE granted record;
        BEGIN
          FOR granted IN
            SELECT DISTINCT c.oid::regclass AS own, a.grantee
              FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
             WHERE c.oid IN ('%s'::regclass, '%s'::regclass) AND a.grantee <> c.relowner
          LOOP
            EXECUTE format('REVOKE ALL ON %%s FROM %%s', granted.own,
              CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END);
          END LOOP;
        END $do$
        """
        .formatted(guard.table(), guard.tables());
  }

  /** Lets every write through and forgets whose guard it was. The caller holds the gate. */
  static void open(Connection connection, Guard guard) throws SQLException {
    if (exists(connection, "to_regprocedure", guard.function())) {
      GuardTransaction.execute(connection, guard.openFunction());
    }
    if (exists(connection, "to_regclass", guard.table())) {
      GuardTransaction.execute(connection, "DELETE FROM " + guard.table());
    }
  }

  /** Whether a guard stands, no matter whose. */
  static boolean stands(Connection connection, Guard guard) throws SQLException {
    if (!exists(connection, "to_regclass", guard.table())) {
      return false;
    }
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT 1 FROM " + guard.table());
        ResultSet row = statement.executeQuery()) {
      return row.next();
    }
  }

  static boolean exists(Connection connection, String lookUp, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT %s(?) IS NOT NULL".formatted(lookUp))) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
