package dev.overwinter.activities.schema;

import dev.overwinter.activities.load.CatalogSnapshot;
import dev.overwinter.activities.load.LoadTestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Everything that the catalog says about the definitions of a database, one line each. */
final class StructureSnapshot {
  private static final String[] PARTS = {
    """
    SELECT format('type %s kind %s base %s notnull %s default %s collation %s labels %s', t.oid::regtype, t.typtype,
                  format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, t.typcollation::regcollation,
                  (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('range %s of %s class %s collation %s difference %s multirange %s', rngtypid::regtype, rngsubtype::regtype,
                  (SELECT opcname FROM pg_opclass WHERE oid = rngsubopc), rngcollation::regcollation, rngsubdiff::regproc, rngmultitypid::regtype)
      FROM pg_range WHERE rngtypid >= 16384
    """,
    """
    SELECT format('sequence %s as %s start %s by %s from %s to %s cache %s cycle %s persistence %s of %s', seqrelid::regclass,
                  seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle, c.relpersistence,
                  (SELECT format('%s.%s %s', d.refobjid::regclass, d.refobjsubid > 0, d.deptype) FROM pg_depend d
                    WHERE d.objid = seqrelid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass))
      FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid
    """,
    """
    SELECT format('column %s.%s collation %s storage %s compression %s options %s local %s inherited %s', a.attrelid::regclass,
                  a.attname, a.attcollation::regcollation, a.attstorage, a.attcompression, a.attoptions, a.attislocal, a.attinhcount)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('columns of %s: %s', a.attrelid::regclass, string_agg(a.attname, ',' ORDER BY a.attnum))
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind <> 'i' AND c.relkind <> 'I'
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     GROUP BY a.attrelid
    """,
    """
    SELECT format('table %s persistence %s partitioned %s bound %s parents %s toast %s view %s', c.oid::regclass, c.relpersistence,
                  pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
                  (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
                  (SELECT reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid),
                  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
      FROM pg_class c WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    "SELECT 'domain ' || contypid::regtype || conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE contypid >= 16384",
    """
    SELECT format('function %s everybody %s', pg_get_functiondef(p.oid), has_function_privilege('app_reader', p.oid, 'EXECUTE'))
      FROM pg_proc p WHERE p.prokind <> 'a' AND p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    "SELECT 'rule ' || pg_get_ruledef(oid) || ev_enabled::text FROM pg_rewrite WHERE oid >= 16384",
    "SELECT 'statistics ' || pg_get_statisticsobjdef(oid) FROM pg_statistic_ext",
    """
    SELECT format('policy %s on %s %s %s to %s using %s check %s', polname, polrelid::regclass, polpermissive, polcmd,
                  polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
    """,
    """
    SELECT format('comment on %s %s: %s', i.type, i.identity, d.description)
      FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.objoid >= 16384
    """,
  };

  private StructureSnapshot() {}

  /** All definitions but the ledger's, sorted. */
  static List<String> of(Connection connection) throws SQLException {
    LoadTestServer.execute(connection, "SET search_path = ''");
    List<String> lines = new ArrayList<>(CatalogSnapshot.definitions(connection));
    for (String part : PARTS) {
      lines.addAll(LoadTestServer.texts(connection, part));
    }
    return lines.stream()
        .filter(
            it ->
                !it.contains("pg_toast")
                    && !it.contains("overwinter")
                    && !it.contains("pg.dropped"))
        .sorted()
        .toList();
  }
}
