-- One that a child has from its parent only comes with the parent's.
SELECT 'pg_constraint'::regclass::oid AS classid, k.oid AS objid, k.conrelid AS belongs_to, true AS recorded,
       ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid))] AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_constraint k
  JOIN relation c ON c.oid = k.conrelid
 WHERE k.contype = 'c' AND k.conislocal
