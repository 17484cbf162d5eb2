-- Put before every other query of this directory. Parameters: the application's schemas, the tables
-- that stay behind. The session's search_path is empty, so that names come out qualified.
WITH application (oid) AS (
  SELECT n.oid FROM pg_namespace n WHERE n.nspname = ANY (?)
), behind (oid) AS (
  SELECT c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname || '.' || c.relname = ANY (?)
), extended (classid, objid) AS (
  SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'
), relation AS (
  SELECT c.*
    FROM pg_class c
   WHERE c.relnamespace IN (SELECT a.oid FROM application a)
     AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't'
     AND c.oid NOT IN (SELECT b.oid FROM behind b)
     AND coalesce(pg_partition_root(c.oid), c.oid) NOT IN (SELECT b.oid FROM behind b)
     AND NOT EXISTS (SELECT FROM extended e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
), identity (table_oid, column_number, oid) AS (
  SELECT d.refobjid, d.refobjsubid, d.objid
    FROM pg_depend d
   WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
     AND d.deptype = 'i' AND EXISTS (SELECT FROM pg_sequence s WHERE s.seqrelid = d.objid)
)
