SELECT 'pg_namespace'::regclass::oid AS classid, n.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       ARRAY[format('CREATE SCHEMA %I', n.nspname)] AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_namespace n
 WHERE n.oid IN (SELECT a.oid FROM application a)
