, described AS (
  SELECT d.classoid, d.objoid, d.description, i.type, i.identity
    FROM pg_description d
   CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
   WHERE d.objoid IN (
           SELECT a.oid FROM application a
           UNION ALL SELECT c.oid FROM pg_class c WHERE c.relnamespace IN (SELECT a.oid FROM application a)
           UNION ALL SELECT t.oid FROM pg_type t WHERE t.typnamespace IN (SELECT a.oid FROM application a)
           UNION ALL SELECT p.oid FROM pg_proc p WHERE p.pronamespace IN (SELECT a.oid FROM application a)
           UNION ALL SELECT k.oid FROM pg_constraint k WHERE k.connamespace IN (SELECT a.oid FROM application a)
           UNION ALL SELECT s.oid FROM pg_statistic_ext s WHERE s.stxnamespace IN (SELECT a.oid FROM application a)
           UNION ALL SELECT g.oid FROM pg_trigger g JOIN relation c ON c.oid = g.tgrelid
           UNION ALL SELECT p.oid FROM pg_policy p JOIN relation c ON c.oid = p.polrelid
           UNION ALL SELECT r.oid FROM pg_rewrite r JOIN relation c ON c.oid = r.ev_class)
     AND d.classoid IN ('pg_namespace'::regclass, 'pg_class'::regclass, 'pg_type'::regclass,
                        'pg_proc'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass,
                        'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass)
)
SELECT d.classoid, d.objoid,
       format('COMMENT ON %s IS %L',
         CASE WHEN d.type LIKE '% column' THEN 'COLUMN ' || d.identity
              WHEN d.type = 'table constraint' THEN 'CONSTRAINT ' || d.identity
              WHEN d.type = 'domain constraint' THEN
                (SELECT format('CONSTRAINT %I ON DOMAIN %s', k.conname, k.contypid::regtype)
                   FROM pg_constraint k WHERE k.oid = d.objoid)
              WHEN d.type = 'statistics object' THEN 'STATISTICS ' || d.identity
              ELSE upper(d.type) || ' ' || d.identity END,
         d.description)
  FROM described d
 ORDER BY d.classoid, d.objoid, d.identity
