SELECT 'pg_statistic_ext'::regclass::oid AS classid, s.oid AS objid, s.stxrelid AS belongs_to, true AS recorded,
       ARRAY[pg_get_statisticsobjdef(s.oid)] AS statements,
       CASE WHEN s.stxstattarget >= 0 THEN
         ARRAY[format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget)]
         ELSE '{}'::text[] END AS afterwards,
       NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  JOIN relation c ON c.oid = s.stxrelid
