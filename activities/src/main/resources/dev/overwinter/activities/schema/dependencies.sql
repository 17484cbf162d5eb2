-- What PostgreSQL itself made when it was installed is everywhere. That a sequence belongs to a
-- column is told to it afterwards.
SELECT d.classid, d.objid, d.refclassid, d.refobjid
  FROM pg_depend d
 WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S')
   AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
            AND EXISTS (SELECT FROM pg_sequence s WHERE s.seqrelid = d.objid))
