SELECT 'pg_attrdef'::regclass::oid AS classid, d.oid AS objid, d.adrelid AS belongs_to, true AS recorded,
       ARRAY[format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s', d.adrelid::regclass,
                    a.attname, pg_get_expr(d.adbin, d.adrelid))] AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_attrdef d
  JOIN relation c ON c.oid = d.adrelid
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
