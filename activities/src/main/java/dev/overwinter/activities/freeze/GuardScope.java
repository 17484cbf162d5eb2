package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which tables a guard must cover, and how far it does. A partition is a table of its own here: a
 * statement trigger fires only for the table a statement names. So partitions and parents in other
 * schemas are covered too, and tables that stay behind: nothing may be written to them that nobody
 * carries over. Tables of extensions are not the application's.
 */
final class GuardScope {
  /**
   * In auth.users and auth.identities the columns left out here are frozen, so that a column of a
   * later release is frozen by default. Those left out are what a sign-in by itself writes:
   * refusing them would sign people out.
   */
  private static final String TABLES =
      """
      WITH RECURSIVE member(oid) AS (
        SELECT c.oid
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY (?) AND c.relkind IN ('r', 'p')
        UNION
        SELECT CASE WHEN i.inhparent = m.oid THEN i.inhrelid ELSE i.inhparent END
          FROM member m JOIN pg_inherits i ON m.oid IN (i.inhparent, i.inhrelid)
      ), partly(oid, spared) AS (
        SELECT to_regclass(v.name)::oid, v.spared
          FROM (VALUES
            ('auth.users', ARRAY['last_sign_in_at', 'updated_at', 'recovery_token',
              'recovery_sent_at', 'reauthentication_token', 'reauthentication_sent_at']),
            ('auth.identities', ARRAY['last_sign_in_at', 'updated_at'])) v(name, spared)
         WHERE ? AND to_regclass(v.name) IS NOT NULL
      ), wanted(oid) AS (
        SELECT m.oid FROM member m
         WHERE NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = m.oid
                              AND d.deptype = 'e')
        UNION SELECT p.oid FROM partly p
      ), carrying AS (
        SELECT DISTINCT ON (t.tgrelid) t.oid, t.xmin::text AS version, t.tgrelid, t.tgname,
               t.tgtype, t.tgenabled, t.tgattr::text AS columns, t.tgqual
          FROM pg_trigger t
         WHERE t.tgfoid = to_regprocedure(?) AND NOT t.tgisinternal
         ORDER BY t.tgrelid, t.tgenabled = 'D', t.tgname
      )
      SELECT c.oid, n.nspname, c.relname, w.oid IS NOT NULL AS in_scope,
             pg_has_role(c.relowner, 'USAGE') AS owned,
             has_table_privilege(c.oid, 'TRIGGER') AS may_guard,
             frozen.names, t.tgname,
             -- 62: before the statement, for INSERT, UPDATE, DELETE and TRUNCATE.
             t.tgtype = 62 AND t.tgqual IS NULL AND t.columns = frozen.numbers
               AND (t.tgenabled = 'A'
                    OR t.tgenabled = 'O' AND NOT pg_has_role(c.relowner, 'USAGE')) AS sound,
             t.oid || '@' || t.version AS trigger_version,
             coalesce(pg_relation_filenode(c.oid), 0) AS filenode,
             md5(concat_ws('|', c.relkind,
               (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod,
                                            a.attisdropped), ',' ORDER BY a.attnum)
                  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
               (SELECT string_agg(i.inhparent::text, ',' ORDER BY i.inhparent)
                  FROM pg_inherits i WHERE i.inhrelid = c.oid))) AS shape,
             pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_deleted(c.oid)
               + CASE WHEN p.oid IS NULL THEN pg_stat_get_tuples_updated(c.oid) ELSE 0 END AS writes
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN wanted w ON w.oid = c.oid
        LEFT JOIN partly p ON p.oid = c.oid
        LEFT JOIN carrying t ON t.tgrelid = c.oid
       CROSS JOIN LATERAL (
             SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') AS names,
                    coalesce(string_agg(a.attnum::text, ' ' ORDER BY a.attnum), '') AS numbers
               FROM pg_attribute a
              WHERE p.oid IS NOT NULL AND a.attrelid = c.oid AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = ''
                AND a.attname <> ALL (p.spared)) frozen
       WHERE (w.oid IS NOT NULL OR t.oid IS NOT NULL) AND c.relkind IN ('r', 'p')
       ORDER BY n.nspname, c.relname
      """;

  private GuardScope() {}

  /** The tables that need something done: a trigger, draining of writers, or to be let go. */
  static List<GuardedTable> open(Connection connection, Guard guard, List<String> schemas)
      throws SQLException {
    Set<Long> drained = drained(connection, guard);
    return tables(connection, guard, schemas).stream()
        .filter(table -> !table.inScope() || !table.isSound() || !drained.contains(table.oid()))
        .toList();
  }

  /** Every table that must be guarded or carries a guard, by name. */
  static List<GuardedTable> tables(Connection connection, Guard guard, List<String> schemas)
      throws SQLException {
    Array wanted = connection.createArrayOf("text", schemas.toArray());
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setArray(1, wanted);
      statement.setBoolean(2, guard == Guard.SOURCE);
      statement.setString(3, guard.function());
      try (ResultSet rows = statement.executeQuery()) {
        List<GuardedTable> tables = new ArrayList<>();
        while (rows.next()) {
          tables.add(table(rows));
        }
        return tables;
      }
    }
  }

  private static Set<Long> drained(Connection connection, Guard guard) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT table_oid FROM " + guard.tables());
        ResultSet rows = statement.executeQuery()) {
      Set<Long> drained = new HashSet<>();
      while (rows.next()) {
        drained.add(rows.getLong(1));
      }
      return drained;
    }
  }

  private static GuardedTable table(ResultSet row) throws SQLException {
    String trigger = row.getString("tgname");
    return new GuardedTable(
        row.getLong("oid"),
        new QualifiedName(row.getString("nspname"), row.getString("relname")),
        row.getBoolean("in_scope"),
        row.getBoolean("owned"),
        row.getBoolean("may_guard"),
        List.of((String[]) row.getArray("names").getArray()),
        trigger == null ? null : new GuardedTable.Trigger(trigger, row.getBoolean("sound")),
        new GuardedTable.Witness(
            row.getString("trigger_version"),
            row.getLong("filenode"),
            row.getString("shape"),
            row.getLong("writes")));
  }
}
