-- Primary keys, unique and exclusion constraints. Those of partitions have names of their own, so
-- they are made one by one and attached.
SELECT 'pg_constraint'::regclass::oid AS classid, k.oid AS objid, k.conrelid AS belongs_to,
       k.conparentid = 0 AS recorded,
       ARRAY[format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid))]
         || ARRAY(SELECT format('ALTER INDEX %s SET (%I = %L)', x.oid::regclass, p.option_name,
                                p.option_value)
                    FROM pg_options_to_table(x.reloptions) p ORDER BY p.option_name)
         || ARRAY(SELECT format('ALTER INDEX %s ATTACH PARTITION %s', h.inhparent::regclass,
                                x.oid::regclass)
                    FROM pg_inherits h WHERE h.inhrelid = x.oid) AS statements,
       CASE WHEN i.indisclustered THEN
         ARRAY[format('ALTER TABLE %s CLUSTER ON %I', k.conrelid::regclass, x.relname)]
         ELSE '{}'::text[] END
         || CASE WHEN i.indisreplident THEN
              ARRAY[format('ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I',
                           k.conrelid::regclass, x.relname)]
              ELSE '{}'::text[] END AS afterwards,
       NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_constraint k
  JOIN relation c ON c.oid = k.conrelid
  JOIN pg_index i ON i.indexrelid = k.conindid
  JOIN pg_class x ON x.oid = i.indexrelid
 WHERE k.contype IN ('p', 'u', 'x')
