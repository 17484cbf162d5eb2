SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       ARRAY[format('CREATE %sVIEW %s (%s)%s AS %s%s',
         CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.oid::regclass,
         (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
         ' WITH (' || (SELECT string_agg(format('%I = %L', p.option_name, p.option_value), ', '
                                         ORDER BY p.option_name)
                         FROM pg_options_to_table(c.reloptions) p) || ')',
         rtrim(pg_get_viewdef(c.oid), ';'),
         CASE c.relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END)] AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM relation c
 WHERE c.relkind IN ('v', 'm')
