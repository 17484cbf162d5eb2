SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, c.oid AS belongs_to, false AS recorded,
       '{}'::text[] AS statements,
       ARRAY[format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.oid::regclass)] AS afterwards,
       NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM relation c
 WHERE c.relforcerowsecurity
