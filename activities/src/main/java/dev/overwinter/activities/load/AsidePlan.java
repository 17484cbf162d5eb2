package dev.overwinter.activities.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Writes to the ledger what is to be put aside, as the statements that restore it. An object stays
 * where it is when anything else needs it or when this role could not restore it exactly.
 */
final class AsidePlan {
  private static final String INDEXES =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, tree, stage,
              drop_statement, restore_statements)
      WITH RECURSIVE member AS (
        SELECT i.indexrelid AS root, i.indexrelid AS oid, NULL::oid AS parent, 0 AS depth
          FROM pg_index i
          JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
         WHERE i.indrelid IN (SELECT r.oid FROM overwinter.put_aside_relation r WHERE r.run_id = ?)
        UNION ALL
        SELECT m.root, h.inhrelid, m.oid, m.depth + 1
          FROM member m
          JOIN pg_inherits h ON h.inhparent = m.oid
      ), movable AS (
        SELECT m.root
          FROM member m
          JOIN pg_index i ON i.indexrelid = m.oid
          JOIN pg_class x ON x.oid = m.oid
         GROUP BY m.root
        HAVING bool_and(i.indisvalid AND NOT i.indisreplident
                 AND pg_has_role(x.relowner, 'USAGE')
                 AND has_schema_privilege(x.relnamespace, 'CREATE')
                 AND (x.reltablespace = 0 OR has_tablespace_privilege(x.reltablespace, 'CREATE'))
                 AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = m.oid)
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d
                                  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = m.oid
                                    AND d.deptype NOT IN ('P', 'S'))
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = m.oid
                                    AND d.deptype IN ('e', 'x')))
      )
      SELECT ?, 'index', n.nspname, t.relname, x.relname, m.root::regclass::text,
             CASE x.relkind WHEN 'i' THEN 0 ELSE 1000 - m.depth END,
             CASE WHEN m.parent IS NULL THEN format('DROP INDEX %I.%I', n.nspname, x.relname) END,
             array_remove(ARRAY[
                 format('SET LOCAL default_tablespace = %L', coalesce(s.spcname, '')),
                 pg_get_indexdef(m.oid),
                 'COMMENT ON INDEX ' || format('%I.%I', n.nspname, x.relname) || ' IS '
                   || quote_literal(obj_description(m.oid, 'pg_class')),
                 CASE WHEN i.indisclustered THEN
                   format('ALTER TABLE %I.%I CLUSTER ON %I', n.nspname, t.relname, x.relname) END
               ], NULL)
             || ARRAY(SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s',
                                    n.nspname, x.relname, a.attnum, a.attstattarget)
                        FROM pg_attribute a
                       WHERE a.attrelid = m.oid AND a.attstattarget >= 0 ORDER BY a.attnum)
             || ARRAY(SELECT format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I',
                                    n.nspname, x.relname, pn.nspname, p.relname)
                        FROM pg_inherits h
                        JOIN pg_class p ON p.oid = h.inhrelid
                        JOIN pg_namespace pn ON pn.oid = p.relnamespace
                       WHERE h.inhparent = m.oid ORDER BY h.inhrelid)
        FROM member m
        JOIN movable USING (root)
        JOIN pg_index i ON i.indexrelid = m.oid
        JOIN pg_class x ON x.oid = m.oid
        JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_tablespace s ON s.oid = x.reltablespace
      """;

  // Constraints of partitions come back with their root's name; their own are given back by RENAME.
  private static final String FOREIGN_KEYS =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, tree, stage,
              drop_statement, restore_statements, orphans_statement)
      WITH RECURSIVE key AS (
        SELECT c.oid AS root, c.oid, c.conrelid, c.conname, NULL::name AS given
          FROM pg_constraint c
          JOIN pg_class t ON t.oid = c.conrelid AND pg_has_role(t.relowner, 'USAGE')
         WHERE c.contype = 'f' AND c.conparentid = 0
           AND has_table_privilege(c.confrelid, 'REFERENCES')
           AND c.conrelid IN (SELECT r.oid FROM overwinter.put_aside_relation r WHERE r.run_id = ?)
        UNION ALL
        SELECT k.root, c.oid, c.conrelid, c.conname, coalesce(k.given, k.conname)
          FROM key k
          JOIN pg_constraint c ON c.conparentid = k.oid AND c.conrelid <> k.conrelid
      )
      SELECT ?, 'foreign key', n.nspname, t.relname, c.conname,
             CASE WHEN apart.validated THEN 'constraint ' || c.oid END, 2000,
             format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, t.relname, c.conname),
             ARRAY[format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s%s',
                          n.nspname, t.relname, c.conname, pg_get_constraintdef(c.oid),
                          CASE WHEN apart.validated THEN ' NOT VALID' ELSE '' END)]
             || ARRAY(SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I',
                                    k.conrelid::regclass, k.given, k.conname)
                        FROM key k
                       WHERE k.root = c.oid AND k.given <> k.conname ORDER BY k.oid)
             || ARRAY(SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname,
                                    k.conrelid::regclass, obj_description(k.oid, 'pg_constraint'))
                        FROM key k
                       WHERE k.root = c.oid AND obj_description(k.oid, 'pg_constraint') IS NOT NULL
                       ORDER BY k.oid),
             format('SELECT count(*) FROM %s c WHERE ((%s) AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)) OR (%s)',
                    c.conrelid::regclass, pair.present, c.confrelid::regclass, pair.equal,
                    CASE c.confmatchtype WHEN 'f' THEN pair.mixed ELSE 'false' END)
        FROM key root_key
        JOIN pg_constraint c ON c.oid = root_key.root AND root_key.oid = root_key.root
        JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_class o_t ON o_t.oid = c.confrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
       CROSS JOIN LATERAL (VALUES (c.convalidated AND t.relkind = 'r' AND o_t.relkind = 'r'))
             AS apart (validated)
       CROSS JOIN LATERAL (
         SELECT string_agg(format('c.%I IS NOT NULL', f.attname), ' AND ') AS present,
                string_agg(format('p.%I OPERATOR(%I.%s) c.%I', p.attname, o_n.nspname, o.oprname, f.attname),
                           ' AND ') AS equal,
                format('num_nulls(%s) BETWEEN 1 AND %s', string_agg(format('c.%I', f.attname), ', '),
                       count(*) - 1) AS mixed
           FROM unnest(c.conkey, c.confkey, c.conpfeqop) AS pairs (own, other, operator)
           JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = pairs.own
           JOIN pg_attribute p ON p.attrelid = c.confrelid AND p.attnum = pairs.other
           JOIN pg_operator o ON o.oid = pairs.operator
           JOIN pg_namespace o_n ON o_n.oid = o.oprnamespace) AS pair
      """;

  /** They fall with their keys, so they have no statement of their own for that. */
  private static final String VALIDATIONS =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, tree, stage,
              restore_statements, orphans_statement)
      SELECT ?, 'validation', schema_name, table_name, object_name, tree, 2500,
             ARRAY[format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I',
                          schema_name, table_name, object_name)],
             orphans_statement
        FROM overwinter.put_aside
       WHERE run_id = ? AND kind = 'foreign key' AND tree IS NOT NULL
      """;

  /**
   * Primary keys and unique constraints of ordinary tables, unless anything but foreign keys that
   * are put aside themselves leans on them. Their indexes are built apart from them, see {@link
   * #INDEXES_OF_KEYS}, several at a time; only then are the constraints put on them, which locks
   * the table. A constraint on a table with children would reach into these.
   */
  private static final String KEYS =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, tree, stage,
              drop_statement, restore_statements)
      WITH RECURSIVE run (id) AS (
        VALUES (?::text)
      ), moving AS (
        SELECT c.oid
          FROM run
          JOIN overwinter.put_aside a ON a.run_id = run.id AND a.kind = 'foreign key'
          JOIN pg_namespace n ON n.nspname = a.schema_name
          JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = a.table_name
          JOIN pg_constraint c ON c.conrelid = t.oid AND c.conname = a.object_name
        UNION ALL
        SELECT c.oid FROM moving m JOIN pg_constraint c ON c.conparentid = m.oid
      )
      SELECT ?, 'key', n.nspname, t.relname, c.conname, x.oid::regclass::text, 1500,
             format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, t.relname, c.conname),
             array_remove(ARRAY[
                 format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s USING INDEX %I%s',
                        n.nspname, t.relname, c.conname,
                        CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, x.relname,
                        CASE WHEN c.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                             WHEN c.condeferrable THEN ' DEFERRABLE' ELSE '' END),
                 'COMMENT ON CONSTRAINT ' || format('%I ON %I.%I', c.conname, n.nspname, t.relname)
                   || ' IS ' || quote_literal(obj_description(c.oid, 'pg_constraint')),
                 CASE WHEN i.indisclustered THEN
                   format('ALTER TABLE %I.%I CLUSTER ON %I', n.nspname, t.relname, x.relname) END,
                 CASE WHEN i.indisreplident THEN
                   format('ALTER TABLE %I.%I REPLICA IDENTITY USING INDEX %I',
                          n.nspname, t.relname, x.relname) END
               ], NULL)
        FROM run
        JOIN overwinter.put_aside_relation r ON r.run_id = run.id
        JOIN pg_class t ON t.oid = r.oid AND t.relkind = 'r' AND NOT t.relispartition
         AND NOT t.relhassubclass AND pg_has_role(t.relowner, 'USAGE')
        JOIN pg_namespace n ON n.oid = t.relnamespace AND has_schema_privilege(n.oid, 'CREATE')
        JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('p', 'u')
        JOIN pg_class x ON x.oid = c.conindid AND x.relname = c.conname
         AND (x.reltablespace = 0 OR has_tablespace_privilege(x.reltablespace, 'CREATE'))
        JOIN pg_index i ON i.indexrelid = x.oid AND i.indisvalid
       WHERE NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = x.oid
                                 OR d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid)
                            AND NOT (d.classid = 'pg_class'::regclass AND d.objid = x.oid)
                            AND NOT (d.classid = 'pg_trigger'::regclass AND d.deptype = 'i')
                            AND NOT (d.classid = 'pg_constraint'::regclass
                                     AND d.objid IN (SELECT m.oid FROM moving m)))
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE (d.classid = 'pg_class'::regclass AND d.objid = x.oid
                                 OR d.classid = 'pg_constraint'::regclass AND d.objid = c.oid)
                            AND d.deptype IN ('e', 'x'))
      """;

  /** They fall with their constraints, so they have no statement of their own for that. */
  private static final String INDEXES_OF_KEYS =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, tree, stage, restore_statements)
      SELECT ?, 'index', a.schema_name, a.table_name, x.relname, a.tree, 0,
             array_remove(ARRAY[
                 format('SET LOCAL default_tablespace = %L', coalesce(s.spcname, '')),
                 pg_get_indexdef(x.oid),
                 'COMMENT ON INDEX ' || a.tree || ' IS '
                   || quote_literal(obj_description(x.oid, 'pg_class'))
               ], NULL)
        FROM overwinter.put_aside a
        JOIN pg_class x ON x.oid = a.tree::regclass
        LEFT JOIN pg_tablespace s ON s.oid = x.reltablespace
       WHERE a.run_id = ? AND a.kind = 'key'
      """;

  // The guard's own triggers call functions of the schema overwinter; they stay.
  private static final String TRIGGERS =
      """
      INSERT INTO overwinter.put_aside
             (run_id, kind, schema_name, table_name, object_name, stage,
              drop_statement, restore_statements)
      SELECT ?, 'trigger', n.nspname, t.relname, g.tgname, 3000,
             format('ALTER TABLE ONLY %I.%I DISABLE TRIGGER %I', n.nspname, t.relname, g.tgname),
             ARRAY[format('ALTER TABLE ONLY %I.%I ENABLE %sTRIGGER %I', n.nspname, t.relname,
                          CASE g.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, g.tgname)]
        FROM pg_trigger g
        JOIN pg_proc f ON f.oid = g.tgfoid
        JOIN pg_namespace f_n ON f_n.oid = f.pronamespace
        JOIN pg_class t ON t.oid = g.tgrelid AND pg_has_role(t.relowner, 'USAGE')
        JOIN pg_namespace n ON n.oid = t.relnamespace
       WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND f_n.nspname <> 'overwinter'
         AND g.tgrelid IN (SELECT r.oid FROM overwinter.put_aside_relation r WHERE r.run_id = ?)
      """;

  private static final String DEFINITIONS =
      """
      INSERT INTO overwinter.put_aside_definition
             (run_id, kind, schema_name, table_name, object_name, definition)
      SELECT ?, kind, schema_name, table_name, object_name, definition
        FROM overwinter.definition WHERE run_id = ?
      """;

  private AsidePlan() {}

  /**
   * Records how the tables in the ledger are defined, and everything of them that is to be put
   * aside.
   */
  static void record(Connection target, String runId) throws SQLException {
    String[] inserts = {
      DEFINITIONS, INDEXES, FOREIGN_KEYS, VALIDATIONS, KEYS, INDEXES_OF_KEYS, TRIGGERS
    };
    for (String insert : inserts) {
      try (PreparedStatement statement = target.prepareStatement(insert)) {
        statement.setString(1, runId);
        statement.setString(2, runId);
        statement.executeUpdate();
      }
    }
  }
}
