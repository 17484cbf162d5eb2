-- Only what may run for everybody is left so: whoever may run it otherwise is not carried.
SELECT 'pg_proc'::regclass::oid AS classid, p.oid AS objid, NULL::oid AS belongs_to, true AS recorded,
       ARRAY[pg_get_functiondef(p.oid)]
         || CASE WHEN p.proacl IS NOT NULL
                  AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) granted WHERE granted.grantee = 0)
                 THEN ARRAY[format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure)]
                 ELSE '{}'::text[] END AS statements,
       '{}'::text[] AS afterwards, NULL::oid AS afterwards_with, '{}'::text[] AS roles
  FROM pg_proc p
 WHERE p.pronamespace IN (SELECT a.oid FROM application a) AND p.prokind IN ('f', 'p', 'w')
   AND NOT EXISTS (SELECT FROM extended e
                    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
   -- Constructors of ranges come with their type.
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
