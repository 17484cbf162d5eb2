-- Partitions get theirs from the trigger of their root; whether each is enabled is its own.
SELECT 'pg_trigger'::regclass::oid AS classid, g.oid AS objid, g.tgrelid AS belongs_to, true AS recorded,
       ARRAY[pg_get_triggerdef(g.oid)]
         || ARRAY(WITH RECURSIVE part AS (
                    SELECT g.oid, g.tgrelid, g.tgname, g.tgenabled
                    UNION ALL
                    SELECT p.oid, p.tgrelid, p.tgname, p.tgenabled
                      FROM part JOIN pg_trigger p ON p.tgparentid = part.oid)
                  SELECT format('ALTER TABLE ONLY %s %s TRIGGER %I', part.tgrelid::regclass,
                                CASE part.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                                    WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END,
                                part.tgname)
                    FROM part WHERE part.tgenabled <> 'O' ORDER BY part.oid) AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_trigger g
  JOIN relation c ON c.oid = g.tgrelid
  JOIN pg_proc f ON f.oid = g.tgfoid
  JOIN pg_namespace f_n ON f_n.oid = f.pronamespace
 WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND f_n.nspname <> 'overwinter'
