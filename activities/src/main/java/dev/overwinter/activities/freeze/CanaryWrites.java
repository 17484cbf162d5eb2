package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries a write as each role that we may act as, those of Supabase's services and the application's
 * own, and as ourselves, and expects it to be refused. The statements touch no row: a statement's
 * trigger fires for none, too.
 */
final class CanaryWrites {
  private static final String ROLES =
      """
      SELECT r.rolname FROM pg_roles r
       WHERE r.rolname !~ '^pg_' AND pg_has_role(r.oid, 'MEMBER')
       ORDER BY r.rolname NOT IN ('anon', 'authenticated', 'service_role', current_user), r.rolname
       LIMIT 100
      """;

  /** A guarded table which the role may write to, and how; deleting by preference. */
  private static final String TABLE =
      """
      SELECT n.nspname, c.relname, able.verb, a.attname
        FROM overwinter.guard_table g
        JOIN pg_class c ON c.oid = g.table_oid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN LATERAL (
             SELECT v.verb, v.rank FROM (VALUES ('DELETE', 1), ('INSERT', 2), ('UPDATE', 3)) v(verb, rank)
              WHERE has_table_privilege(?, c.oid, v.verb)
                AND (v.verb <> 'UPDATE' OR n.nspname <> 'auth')
              ORDER BY v.rank LIMIT 1) able ON true
        JOIN LATERAL (
             SELECT a.attname FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated = '' AND a.attidentity = ''
              ORDER BY a.attnum LIMIT 1) a ON true
       WHERE has_schema_privilege(?, n.oid, 'USAGE')
       ORDER BY able.rank, n.nspname = 'auth', n.nspname, c.relname
       LIMIT 1
      """;

  private CanaryWrites() {}

  /**
   * @return as how many roles a write was tried and refused; roles that may write nowhere, and
   *     those we may not act as, are left out
   * @throws StepException SOURCE_NOT_FROZEN when a write was not refused
   */
  static int prove(Database source) {
    return GuardTransaction.run(
        source,
        "canary write",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          int proven = 0;
          for (String role : roles(connection)) {
            Optional<String> write = write(connection, role);
            if (write.isPresent() && isRefused(connection, role, write.get())) {
              proven++;
            }
          }
          return proven;
        });
  }

  private static List<String> roles(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROLES);
        ResultSet row = statement.executeQuery()) {
      List<String> roles = new ArrayList<>();
      while (row.next()) {
        roles.add(row.getString(1));
      }
      return roles;
    }
  }

  private static Optional<String> write(Connection connection, String role) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, role);
      statement.setString(2, role);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        String table = new QualifiedName(row.getString("nspname"), row.getString("relname")).sql();
        String column = QualifiedName.quote(row.getString("attname"));
        return Optional.of(
            switch (row.getString("verb")) {
              case "DELETE" -> "DELETE FROM %s WHERE false".formatted(table);
              case "INSERT" ->
                  "INSERT INTO %s (%s) SELECT NULL WHERE false".formatted(table, column);
              default -> "UPDATE %s SET %s = DEFAULT WHERE false".formatted(table, column);
            });
      }
    }
  }

  private static boolean isRefused(Connection connection, String role, String write)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      // As the application's own sessions have it; without, a role under row level security fails.
      GuardTransaction.execute(connection, "SET LOCAL row_security = on");
      GuardTransaction.execute(connection, "SET LOCAL ROLE " + QualifiedName.quote(role));
    } catch (SQLException e) {
      // Since PostgreSQL 16 a member may be denied to act as the role.
      connection.rollback(before);
      return false;
    }
    try {
      GuardTransaction.execute(connection, write);
    } catch (SQLException e) {
      connection.rollback(before);
      if (GuardTransaction.REFUSED.equals(e.getSQLState())) {
        return true;
      }
      throw e;
    }
    throw new StepException(
        FailureType.SOURCE_NOT_FROZEN,
        "The source let role %s write although it is frozen (%s). Roll the run back."
            .formatted(role, write));
  }
}
