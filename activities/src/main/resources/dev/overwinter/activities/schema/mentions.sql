-- Functions of other schemas' objects, as far as their text tells: PostgreSQL itself knows them not.
, named (schema, name) AS (
  SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  UNION
  SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT DISTINCT p.oid, p.oid::regprocedure::text, o.schema, o.name,
       'pg_proc'::regclass::oid
  FROM pg_proc p
 CROSS JOIN LATERAL regexp_matches(p.prosrc, '([[:alnum:]_$]+)"?\s*\.\s*"?([[:alnum:]_$]+)', 'g') AS word (parts)
  JOIN named o ON o.schema = lower(word.parts[1]) AND o.name = lower(word.parts[2])
 WHERE p.pronamespace IN (SELECT a.oid FROM application a) AND p.prosqlbody IS NULL
   AND o.schema NOT IN ('pg_catalog', 'information_schema')
   AND o.schema NOT IN (SELECT n.nspname FROM pg_namespace n JOIN application a ON a.oid = n.oid)
   AND NOT EXISTS (SELECT FROM extended e
                    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
 ORDER BY 2, 3, 4
