SELECT 'pg_type'::regclass::oid AS classid, t.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       CASE t.typtype
         WHEN 'e' THEN ARRAY[format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
           (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
              FROM pg_enum e WHERE e.enumtypid = t.oid))]
         WHEN 'c' THEN ARRAY[format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
           (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                     || CASE WHEN a.attcollation <> own.typcollation
                             THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
                     ', ' ORDER BY a.attnum)
              FROM pg_attribute a JOIN pg_type own ON own.oid = a.atttypid
             WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))]
         WHEN 'd' THEN ARRAY[format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname,
                               format_type(t.typbasetype, t.typtypmod))
             || CASE WHEN t.typcollation <> base.typcollation
                     THEN ' COLLATE ' || t.typcollation::regcollation ELSE '' END
             || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '')
             || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END]
           || ARRAY(SELECT format('ALTER DOMAIN %I.%I ADD CONSTRAINT %I %s', n.nspname, t.typname,
                                  k.conname, pg_get_constraintdef(k.oid))
                      FROM pg_constraint k
                     WHERE k.contypid = t.oid AND k.contype = 'c' ORDER BY k.conname)
         -- A canonical function needs the type before it, and is written in C.
         WHEN 'r' THEN CASE WHEN r.rngcanonical = 0 THEN ARRAY[format(
             'CREATE TYPE %I.%I AS RANGE (subtype = %s, subtype_opclass = %I.%I%s%s, multirange_type_name = %I.%I)',
             n.nspname, t.typname, format_type(r.rngsubtype, NULL), o_n.nspname, o.opcname,
             CASE WHEN r.rngcollation <> 0
                  THEN ', collation = ' || r.rngcollation::regcollation ELSE '' END,
             CASE WHEN r.rngsubdiff <> 0
                  THEN ', subtype_diff = ' || r.rngsubdiff::regproc ELSE '' END,
             m_n.nspname, m.typname)] END
       END AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_type base ON base.oid = t.typbasetype
  LEFT JOIN pg_range r ON r.rngtypid = t.oid
  LEFT JOIN pg_opclass o ON o.oid = r.rngsubopc
  LEFT JOIN pg_namespace o_n ON o_n.oid = o.opcnamespace
  LEFT JOIN pg_type m ON m.oid = r.rngmultitypid
  LEFT JOIN pg_namespace m_n ON m_n.oid = m.typnamespace
 WHERE t.typnamespace IN (SELECT a.oid FROM application a)
   AND (t.typtype IN ('e', 'd', 'r')
        OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c
                                        WHERE c.oid = t.typrelid AND c.relkind = 'c'))
   AND NOT EXISTS (SELECT FROM extended e
                    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
