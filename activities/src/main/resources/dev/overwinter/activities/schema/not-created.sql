, candidate (classid, objid, remedy) AS (
  SELECT 'pg_proc'::regclass, p.oid, 'Create the aggregate in the target if the application needs it.'
    FROM pg_proc p WHERE p.prokind = 'a' AND p.pronamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 'Create the type in the target beforehand.'
    FROM pg_type t
   WHERE t.typtype = 'b' AND t.typnamespace IN (SELECT a.oid FROM application a)
     AND NOT EXISTS (SELECT FROM pg_type element WHERE element.typarray = t.oid)
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, 'Create the operator in the target if the application needs it.'
    FROM pg_operator o WHERE o.oprnamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_opclass'::regclass, o.oid, 'Create the operator class in the target beforehand.'
    FROM pg_opclass o WHERE o.opcnamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_collation'::regclass, k.oid, 'Create the collation in the target beforehand.'
    FROM pg_collation k WHERE k.collnamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_conversion'::regclass, k.oid, 'Create the conversion in the target if the application needs it.'
    FROM pg_conversion k WHERE k.connamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_ts_config'::regclass, k.oid, 'Create the text search configuration in the target beforehand.'
    FROM pg_ts_config k WHERE k.cfgnamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, k.oid, 'Create the text search dictionary in the target beforehand.'
    FROM pg_ts_dict k WHERE k.dictnamespace IN (SELECT a.oid FROM application a)
  UNION ALL
  -- Triggers on tables that are not the application's, calling its functions: on auth.users mostly.
  SELECT 'pg_trigger'::regclass, g.oid,
         'Do what it did elsewhere: Supabase''s own tables are not in the target.'
    FROM pg_trigger g
    JOIN pg_proc p ON p.oid = g.tgfoid AND p.pronamespace IN (SELECT a.oid FROM application a)
   WHERE NOT g.tgisinternal AND g.tgparentid = 0
     AND g.tgrelid NOT IN (SELECT c.oid FROM relation c)
     AND g.tgrelid NOT IN (SELECT b.oid FROM behind b)
)
SELECT i.type, i.identity, c.remedy
  FROM candidate c
 CROSS JOIN LATERAL pg_identify_object(c.classid, c.objid, 0) i
 WHERE NOT EXISTS (SELECT FROM extended e WHERE e.classid = c.classid AND e.objid = c.objid)
 ORDER BY i.type, i.identity
