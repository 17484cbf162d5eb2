package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.SqlFailures;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Which transactions of others stand in the way of a guard; looks without taking any lock. */
final class Blockers {
  private static final String HOLDERS =
      """
      SELECT DISTINCT ON (l.virtualtransaction) l.virtualtransaction, coalesce(l.pid, 0) AS pid,
             a.backend_start::text AS begun, a.backend_type = 'client backend' AS client,
             format('%%s.%%s', n.nspname, c.relname) AS name,
             CASE WHEN a.backend_type = 'client backend' THEN coalesce(a.state, 'state unknown')
                  ELSE coalesce(a.backend_type, 'state unknown') END AS state,
             (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared)) * 1000)::bigint
               AS millis
        FROM pg_locks l
        JOIN pg_class c ON c.oid = l.relation
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        LEFT JOIN pg_prepared_xacts x
          ON l.pid IS NULL AND x.transaction::text = split_part(l.virtualtransaction, '/', 2)
       WHERE l.locktype = 'relation' AND l.granted
         AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
         AND l.pid IS DISTINCT FROM pg_backend_pid()
         AND %s
       ORDER BY l.virtualtransaction, n.nspname, c.relname
      """;

  /** What conflicts with CREATE TRIGGER, VACUUM included; the marks of SERIALIZABLE do not. */
  static final String MODES_IN_THE_WAY =
      """
      'ShareUpdateExclusiveLock', 'ShareLock', 'RowExclusiveLock', 'ShareRowExclusiveLock',
      'ExclusiveLock', 'AccessExclusiveLock'\
      """;

  private static final String IN_THE_WAY =
      HOLDERS.formatted("l.mode IN (" + MODES_IN_THE_WAY + ") AND l.relation = ANY (?)");

  /** Whoever may have written; VACUUM writes no row of the application. */
  private static final String WRITERS =
      HOLDERS.formatted(
          """
          l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                         'AccessExclusiveLock')
             AND l.relation IN (SELECT t.tgrelid FROM pg_trigger t WHERE t.tgfoid = to_regprocedure(?))\
          """);

  private Blockers() {}

  /** Who keeps some of the tables from getting a trigger. */
  static List<Blocker> inTheWay(Database database, Collection<Long> tables) {
    return find(
        database,
        IN_THE_WAY,
        (connection, statement) -> {
          Array oids = connection.createArrayOf("oid", tables.toArray());
          statement.setArray(1, oids);
        });
  }

  /** Who may have written to a table that carries the guard's trigger, and has not ended. */
  static List<Blocker> writers(Database database, Guard guard) {
    return find(
        database, WRITERS, (connection, statement) -> statement.setString(1, guard.function()));
  }

  private interface Parameters {
    void set(Connection connection, PreparedStatement statement) throws SQLException;
  }

  /** Without a transaction: the answer does not come from one snapshot anyhow. */
  private static List<Blocker> find(Database database, String query, Parameters parameters) {
    try (Connection connection = database.connect();
        PreparedStatement statement = connection.prepareStatement(query)) {
      parameters.set(connection, statement);
      try (ResultSet row = statement.executeQuery()) {
        List<Blocker> found = new ArrayList<>();
        while (row.next()) {
          found.add(
              new Blocker(
                  row.getString("virtualtransaction"),
                  row.getInt("pid"),
                  row.getString("begun"),
                  row.getBoolean("client"),
                  row.getString("name"),
                  row.getString("state"),
                  row.getObject("millis", Long.class)));
        }
        return found;
      }
    } catch (SQLException e) {
      throw SqlFailures.translate(e, database.side(), "search for writers in flight");
    }
  }
}
