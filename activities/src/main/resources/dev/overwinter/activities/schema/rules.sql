SELECT 'pg_rewrite'::regclass::oid AS classid, r.oid AS objid, r.ev_class AS belongs_to, true AS recorded,
       ARRAY[pg_get_ruledef(r.oid)]
         || CASE r.ev_enabled
              WHEN 'O' THEN '{}'::text[]
              ELSE ARRAY[format('ALTER TABLE %s %s RULE %I', r.ev_class::regclass,
                                CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                                                  ELSE 'ENABLE ALWAYS' END, r.rulename)]
            END AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_rewrite r
  JOIN relation c ON c.oid = r.ev_class
 WHERE r.rulename <> '_RETURN'
