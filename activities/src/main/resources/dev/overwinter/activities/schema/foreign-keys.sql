-- Constraints of partitions come with their root's name; their own are given by RENAME.
SELECT 'pg_constraint'::regclass::oid AS classid, k.oid AS objid, k.conrelid AS belongs_to, true AS recorded,
       ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid))]
         || ARRAY(WITH RECURSIVE part AS (
                    SELECT k.oid, k.conrelid, k.conname, NULL::name AS given
                    UNION ALL
                    SELECT p.oid, p.conrelid, p.conname, coalesce(part.given, part.conname)
                      FROM part
                      JOIN pg_constraint p ON p.conparentid = part.oid AND p.conrelid <> part.conrelid)
                  SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', part.conrelid::regclass,
                                part.given, part.conname)
                    FROM part WHERE part.given <> part.conname ORDER BY part.oid) AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_constraint k
  JOIN relation c ON c.oid = k.conrelid
 WHERE k.contype = 'f' AND k.conparentid = 0
