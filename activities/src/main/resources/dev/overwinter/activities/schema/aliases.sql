-- What a dependency may name instead of the object it is about: each such object with that object.
SELECT 'pg_type'::regclass::oid, t.typarray, 'pg_type'::regclass::oid, t.oid
  FROM pg_type t WHERE t.typarray >= 16384
UNION ALL
SELECT 'pg_type'::regclass::oid, r.rngmultitypid, 'pg_type'::regclass::oid, r.rngtypid
  FROM pg_range r WHERE r.rngmultitypid >= 16384
UNION ALL
-- The constructors of ranges.
SELECT 'pg_proc'::regclass::oid, d.objid, d.refclassid, d.refobjid
  FROM pg_depend d
 WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
UNION ALL
SELECT 'pg_type'::regclass::oid, t.oid, 'pg_class'::regclass::oid, c.oid
  FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
 WHERE t.oid >= 16384 AND c.relkind <> 'c'
UNION ALL
SELECT 'pg_class'::regclass::oid, c.oid, 'pg_type'::regclass::oid, c.reltype
  FROM pg_class c WHERE c.relkind = 'c'
UNION ALL
SELECT 'pg_attrdef'::regclass::oid, d.oid, 'pg_class'::regclass::oid, d.adrelid
  FROM pg_attrdef d
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
UNION ALL
SELECT 'pg_rewrite'::regclass::oid, r.oid, 'pg_class'::regclass::oid, r.ev_class
  FROM pg_rewrite r WHERE r.oid >= 16384 AND r.rulename = '_RETURN'
UNION ALL
SELECT 'pg_class'::regclass::oid, k.conindid, 'pg_constraint'::regclass::oid, k.oid
  FROM pg_constraint k WHERE k.contype IN ('p', 'u', 'x')
UNION ALL
SELECT 'pg_constraint'::regclass::oid, k.oid, 'pg_constraint'::regclass::oid, k.conparentid
  FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid <> 0
UNION ALL
SELECT 'pg_constraint'::regclass::oid, k.oid, 'pg_type'::regclass::oid, k.contypid
  FROM pg_constraint k WHERE k.contypid >= 16384
UNION ALL
SELECT 'pg_constraint'::regclass::oid, g.tgconstraint, 'pg_trigger'::regclass::oid, g.oid
  FROM pg_trigger g JOIN pg_constraint k ON k.oid = g.tgconstraint AND k.contype = 't'
UNION ALL
SELECT 'pg_class'::regclass::oid, d.objid, 'pg_class'::regclass::oid, d.refobjid
  FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
