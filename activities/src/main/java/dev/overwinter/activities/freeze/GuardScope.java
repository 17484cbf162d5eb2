package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tables a guard must cover, and how far it does. A partition is a table of its own here: a
 * statement trigger fires only for the table a statement names. So partitions and parents in other
 * schemas are covered too, and tables that stay behind: nothing may be written to them that nobody
 * carries over. Tables of extensions are not the application's.
 */
final class GuardScope {
  /**
   * In auth.users and auth.identities a sign-in writes too, and must not be refused. The columns
   * that are spared hold nothing but traces of sign-ins and their tokens. Those that are compared a
   * sign-in writes again as they were, so they may be written and not be changed; by a link, a code
   * or a provider nobody could sign in otherwise. All others are refused, so that a column of a
   * later release is by default.
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
      ), partly(oid, spared, compared) AS (
        SELECT to_regclass(v.name)::oid, v.spared, v.compared
          FROM (VALUES
            ('auth.users',
             ARRAY['last_sign_in_at', 'updated_at', 'confirmation_token', 'confirmation_sent_at',
               'recovery_token', 'recovery_sent_at', 'reauthentication_token',
               'reauthentication_sent_at'],
             ARRAY['raw_app_meta_data', 'raw_user_meta_data', 'phone_confirmed_at']),
            ('auth.identities',
             ARRAY['last_sign_in_at', 'updated_at'],
             ARRAY['identity_data'])) v(name, spared, compared)
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
             frozen.names, frozen.unchanging, frozen.change_trigger, t.tgname,
             -- 62: before the statement, for INSERT, UPDATE, DELETE and TRUNCATE.
             t.tgtype = 62 AND t.tgqual IS NULL AND t.columns = frozen.numbers
               AND (t.tgenabled = 'A'
                    OR t.tgenabled = 'O' AND NOT pg_has_role(c.relowner, 'USAGE'))
               AND (p.oid IS NULL OR changes.sound IS TRUE) AS sound,
             concat_ws('/', t.oid || '@' || t.version, changes.version) AS trigger_version,
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
             SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum)
                               FILTER (WHERE a.attname <> ALL (p.compared)), '{}') AS names,
                    coalesce(string_agg(a.attnum::text, ' ' ORDER BY a.attnum)
                               FILTER (WHERE a.attname <> ALL (p.compared)), '') AS numbers,
                    coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') AS unchanging,
                    -- The name stands for the columns.
                    ? || '_' || left(md5(array_agg(a.attname ORDER BY a.attnum)::text), 8)
                      AS change_trigger
               FROM pg_attribute a
              WHERE p.oid IS NOT NULL AND a.attrelid = c.oid AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = ''
                AND a.attname <> ALL (p.spared)) frozen
        LEFT JOIN LATERAL (
             -- 17: after the row, for UPDATE.
             SELECT r.tgname = frozen.change_trigger AND r.tgtype = 17 AND r.tgqual IS NOT NULL
                      AND r.tgattr::text = ''
                      AND (r.tgenabled = 'A'
                           OR r.tgenabled = 'O' AND NOT pg_has_role(c.relowner, 'USAGE')) AS sound,
                    r.oid || '@' || r.xmin::text AS version
               FROM pg_trigger r
              WHERE r.tgrelid = p.oid AND r.tgfoid = to_regprocedure(?) AND r.tgtype & 1 = 1
              ORDER BY sound DESC NULLS LAST, r.tgname
              LIMIT 1) changes ON true
       WHERE (w.oid IS NOT NULL OR t.oid IS NOT NULL) AND c.relkind IN ('r', 'p')
       ORDER BY n.nspname, c.relname
      """;

  private GuardScope() {}

  /** Every table that must be guarded or carries a guard, by name. */
  static List<GuardedTable> tables(Connection connection, Guard guard, List<String> schemas)
      throws SQLException {
    Array wanted = connection.createArrayOf("text", schemas.toArray());
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setArray(1, wanted);
      statement.setBoolean(2, guard == Guard.SOURCE);
      statement.setString(3, guard.function());
      statement.setString(4, guard.trigger());
      statement.setString(5, guard.function());
      try (ResultSet rows = statement.executeQuery()) {
        List<GuardedTable> tables = new ArrayList<>();
        while (rows.next()) {
          tables.add(table(rows));
        }
        return tables;
      }
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
        unchanging(row),
        trigger == null ? null : new GuardedTable.Trigger(trigger, row.getBoolean("sound")),
        new GuardedTable.Witness(
            row.getString("trigger_version"),
            row.getLong("filenode"),
            row.getString("shape"),
            row.getLong("writes")));
  }

  private static GuardedTable.Unchanging unchanging(ResultSet row) throws SQLException {
    String trigger = row.getString("change_trigger");
    return trigger == null
        ? null
        : new GuardedTable.Unchanging(
            trigger, List.of((String[]) row.getArray("unchanging").getArray()));
  }
}
