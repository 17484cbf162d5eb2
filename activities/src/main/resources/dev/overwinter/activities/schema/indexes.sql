SELECT 'pg_class'::regclass::oid AS classid, x.oid AS objid, i.indrelid AS belongs_to,
       NOT x.relispartition AS recorded,
       -- One that is not valid, but of a table without partitions, was never finished.
       CASE WHEN i.indisvalid OR x.relkind = 'I' THEN
         ARRAY[pg_get_indexdef(x.oid)]
         || ARRAY(SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', x.oid::regclass,
                                a.attnum, a.attstattarget)
                    FROM pg_attribute a
                   WHERE a.attrelid = x.oid AND a.attstattarget >= 0 ORDER BY a.attnum)
         || ARRAY(SELECT format('ALTER INDEX %s ATTACH PARTITION %s', h.inhparent::regclass,
                                x.oid::regclass)
                    FROM pg_inherits h WHERE h.inhrelid = x.oid) END AS statements,
       CASE WHEN i.indisclustered THEN
         ARRAY[format('ALTER TABLE %s CLUSTER ON %I', i.indrelid::regclass, x.relname)]
         ELSE '{}'::text[] END
         || CASE WHEN i.indisreplident THEN
              ARRAY[format('ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I',
                           i.indrelid::regclass, x.relname)]
              ELSE '{}'::text[] END AS afterwards,
       NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_index i
  JOIN relation c ON c.oid = i.indrelid
  JOIN pg_class x ON x.oid = i.indexrelid
 WHERE NOT EXISTS (SELECT FROM pg_constraint k
                    WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
