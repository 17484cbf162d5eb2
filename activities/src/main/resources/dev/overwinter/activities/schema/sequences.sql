SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       ARRAY[format('CREATE %sSEQUENCE %I.%I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
         CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname, c.relname,
         format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
         CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)] AS statements,
       CASE WHEN owner.refobjid IS NULL THEN '{}'::text[] ELSE
         ARRAY[format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname,
                      owner.refobjid::regclass, a.attname)] END AS afterwards,
       owner.refobjid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend owner
    ON owner.classid = 'pg_class'::regclass AND owner.objid = c.oid
   AND owner.refclassid = 'pg_class'::regclass AND owner.deptype = 'a'
  LEFT JOIN pg_attribute a ON a.attrelid = owner.refobjid AND a.attnum = owner.refobjsubid
 WHERE c.relnamespace IN (SELECT a.oid FROM application a)
   AND c.oid NOT IN (SELECT i.oid FROM identity i)
   AND (owner.refobjid IS NULL OR owner.refobjid IN (SELECT r.oid FROM relation r))
   AND NOT EXISTS (SELECT FROM extended e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
