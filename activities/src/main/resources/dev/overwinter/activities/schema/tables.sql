SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       ARRAY[format('CREATE %sTABLE %s (%s)%s%s%s',
         CASE WHEN c.relpersistence = 'u' AND c.relkind = 'r' THEN 'UNLOGGED ' ELSE '' END,
         c.oid::regclass, columns.list,
         ' INHERITS (' || parents.list || ')',
         ' PARTITION BY ' || pg_get_partkeydef(c.oid),
         ' WITH (' || options.list || ')')]
         || CASE WHEN parent.oid IS NULL THEN '{}'::text[] ELSE
              ARRAY[format('ALTER TABLE ONLY %s ATTACH PARTITION %s %s', parent.oid::regclass,
                           c.oid::regclass, pg_get_expr(c.relpartbound, c.oid))] END
         || changes.list AS statements,
       CASE WHEN c.relrowsecurity
            THEN ARRAY[format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)]
            ELSE '{}'::text[] END
         || CASE c.relreplident
              WHEN 'f' THEN ARRAY[format('ALTER TABLE ONLY %s REPLICA IDENTITY FULL', c.oid::regclass)]
              WHEN 'n' THEN ARRAY[format('ALTER TABLE ONLY %s REPLICA IDENTITY NOTHING', c.oid::regclass)]
              ELSE '{}'::text[] END AS afterwards,
       NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM relation c
  -- A partition gets all its columns and is attached, so that they keep their order.
  LEFT JOIN LATERAL (
       SELECT p.oid
         FROM pg_inherits h JOIN relation p ON p.oid = h.inhparent
        WHERE h.inhrelid = c.oid AND c.relispartition) parent ON true
  LEFT JOIN LATERAL (
       SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) AS list
         FROM pg_inherits h
        WHERE h.inhrelid = c.oid AND NOT c.relispartition) parents ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(string_agg(
                format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                  || CASE WHEN a.attcollation <> t.typcollation
                          THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
                  || CASE WHEN a.attgenerated <> ''
                          THEN format(' GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid),
                                 CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END)
                          ELSE '' END
                  || CASE WHEN s.seqrelid IS NULL THEN '' ELSE format(
                       ' GENERATED %s AS IDENTITY (SEQUENCE NAME %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s)',
                       CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                       s.seqrelid::regclass, s.seqincrement, s.seqmin, s.seqmax, s.seqstart,
                       s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END) END
                  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                ', ' ORDER BY a.attnum)
                FILTER (WHERE a.attislocal OR c.relispartition), '') AS list
         FROM pg_attribute a
         JOIN pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN identity i ON i.table_oid = a.attrelid AND i.column_number = a.attnum
         LEFT JOIN pg_sequence s ON s.seqrelid = i.oid AND a.attidentity <> ''
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) columns
 CROSS JOIN LATERAL (
       SELECT string_agg(o.option, ', ' ORDER BY o.toast, o.place) AS list
         FROM (SELECT false, p.place, format('%I = %L', p.name, p.value)
                 FROM pg_options_to_table(c.reloptions) WITH ORDINALITY p (name, value, place)
               UNION ALL
               SELECT true, p.place, format('toast.%I = %L', p.name, p.value)
                 FROM pg_class toast,
                      pg_options_to_table(toast.reloptions) WITH ORDINALITY p (name, value, place)
                WHERE toast.oid = c.reltoastrelid) o (toast, place, option)) options
 CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(format('ALTER TABLE ONLY %s ALTER COLUMN %I %s',
                                        c.oid::regclass, a.attname, change.what)
                                 ORDER BY a.attnum, change.what), '{}') AS list
         FROM pg_attribute a
         JOIN pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (VALUES
              (CASE WHEN a.attnotnull AND NOT a.attislocal AND NOT c.relispartition
                    THEN 'SET NOT NULL' END),
              (CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' ||
                 CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                   WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),
              (CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz'
                                     WHEN 'l' THEN 'SET COMPRESSION lz4' END),
              (CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END),
              ('SET (' || (SELECT string_agg(format('%I = %L', p.option_name, p.option_value), ', ')
                             FROM pg_options_to_table(a.attoptions) p) || ')')) AS change (what)
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND change.what IS NOT NULL) changes
 WHERE c.relkind IN ('r', 'p')
