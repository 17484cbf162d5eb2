-- What the loading of a run took out of its own way, complete enough to be restored exactly.
-- The row here, the tables, the objects and the sequences' states are written in one transaction,
-- before the first object is touched.
CREATE TABLE IF NOT EXISTS overwinter.put_aside_plan (
  run_id         text PRIMARY KEY REFERENCES overwinter.run ON DELETE CASCADE,
  state          text NOT NULL CHECK (state IN ('loading', 'emptying')),
  tables_emptied integer NOT NULL DEFAULT 0,
  planned_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Tables the run may load. Each was empty when it was listed, so emptying it is undoing.
CREATE TABLE IF NOT EXISTS overwinter.put_aside_table (
  run_id      text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  schema_name text NOT NULL,
  table_name  text NOT NULL,
  PRIMARY KEY (run_id, schema_name, table_name)
);

-- Tables that had rows when they were listed, which the request let the run throw away.
CREATE TABLE IF NOT EXISTS overwinter.emptied_table (
  run_id      text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  schema_name text NOT NULL,
  table_name  text NOT NULL,
  rows        bigint NOT NULL,
  PRIMARY KEY (run_id, schema_name, table_name)
);

-- One row an index, key, foreign key or trigger. Only planned objects are put aside and only those put
-- aside are restored, each together with the change of its state. Indexes of partitions fall with
-- their root, those of keys (primary keys and unique constraints) with these, and validations with
-- their foreign keys, so they have no drop_statement; tree names what they fall with.
CREATE TABLE IF NOT EXISTS overwinter.put_aside (
  run_id             text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  kind               text NOT NULL CHECK (kind IN ('index', 'key', 'foreign key', 'validation', 'trigger')),
  schema_name        text NOT NULL,
  table_name         text NOT NULL,
  object_name        text NOT NULL,
  tree               text,
  stage              integer NOT NULL,
  drop_statement     text,
  restore_statements text[] NOT NULL,
  orphans_statement  text,
  state              text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'aside', 'restored')),
  changed_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, kind, schema_name, table_name, object_name)
);

-- For a ledger that an earlier version made.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_constraint
              WHERE conrelid = 'overwinter.put_aside'::regclass AND conname = 'put_aside_kind_check'
                AND pg_get_constraintdef(oid) NOT LIKE '%''validation''%') THEN
    ALTER TABLE overwinter.put_aside
      DROP CONSTRAINT put_aside_kind_check,
      ADD CONSTRAINT put_aside_kind_check
        CHECK (kind IN ('index', 'key', 'foreign key', 'validation', 'trigger'));
  END IF;
END $$;

-- How the target's sequences stood before the run set them.
CREATE TABLE IF NOT EXISTS overwinter.put_aside_sequence (
  run_id        text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  schema_name   text NOT NULL,
  sequence_name text NOT NULL,
  last_value    bigint NOT NULL,
  is_called     boolean NOT NULL,
  PRIMARY KEY (run_id, schema_name, sequence_name)
);

-- Materialized views that the run filled, and whether they were filled before.
CREATE TABLE IF NOT EXISTS overwinter.refreshed_view (
  run_id      text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  schema_name text NOT NULL,
  view_name   text NOT NULL,
  was_filled  boolean NOT NULL,
  place       integer NOT NULL, -- they are filled one after the other, in this order
  PRIMARY KEY (run_id, schema_name, view_name)
);

-- The run's tables with all their partitions.
CREATE OR REPLACE VIEW overwinter.put_aside_relation AS
  WITH RECURSIVE relation AS (
    SELECT t.run_id, c.oid
      FROM overwinter.put_aside_table t
      JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema_name
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
     WHERE c.relkind IN ('r', 'p')
    UNION
    SELECT r.run_id, c.oid
      FROM relation r
      JOIN pg_catalog.pg_inherits h ON h.inhparent = r.oid
      JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition
     WHERE c.relkind IN ('r', 'p')
  )
  SELECT run_id, oid FROM relation;

-- How the run's tables are defined: columns, constraints, indexes and triggers but our guard's, each
-- in the words of the server. The session's search_path is empty, so that names come out qualified.
CREATE OR REPLACE VIEW overwinter.definition AS
  SELECT r.run_id, d.kind, n.nspname::text AS schema_name, c.relname::text AS table_name,
         d.object_name::text, d.definition
    FROM overwinter.put_aside_relation r
    JOIN pg_catalog.pg_class c ON c.oid = r.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN LATERAL (
     SELECT 'column' AS kind, a.attname AS object_name,
            concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
                      'COLLATE ' || nullif(a.attcollation, 0)::regcollation::text,
                      CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                      'IDENTITY ' || nullif(a.attidentity::text, ''),
                      'GENERATED ' || nullif(a.attgenerated::text, ''),
                      'DEFAULT ' || pg_catalog.pg_get_expr(v.adbin, v.adrelid)) AS definition
       FROM pg_catalog.pg_attribute a
       LEFT JOIN pg_catalog.pg_attrdef v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
      WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
     SELECT CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint'
                           WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion constraint'
                           ELSE 'check constraint' END,
            k.conname, pg_catalog.pg_get_constraintdef(k.oid)
       FROM pg_catalog.pg_constraint k
      WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'x', 'c')
     UNION ALL
     SELECT 'index', x.relname,
            pg_catalog.pg_get_indexdef(i.indexrelid)
              || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = r.oid
     UNION ALL
     SELECT 'trigger', g.tgname, concat_ws(' ', pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled)
       FROM pg_catalog.pg_trigger g
       JOIN pg_catalog.pg_proc f ON f.oid = g.tgfoid
       JOIN pg_catalog.pg_namespace f_n ON f_n.oid = f.pronamespace
      WHERE g.tgrelid = r.oid AND NOT g.tgisinternal AND f_n.nspname <> 'overwinter') d;

-- The same as it was before the first object was put aside; verification compares.
CREATE TABLE IF NOT EXISTS overwinter.put_aside_definition (
  run_id      text NOT NULL REFERENCES overwinter.run ON DELETE CASCADE,
  kind        text NOT NULL,
  schema_name text NOT NULL,
  table_name  text NOT NULL,
  object_name text NOT NULL,
  definition  text NOT NULL,
  PRIMARY KEY (run_id, kind, schema_name, table_name, object_name)
);
