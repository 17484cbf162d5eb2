package dev.overwinter.activities.load;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Everything the catalog says about a database's own objects, one line each, to compare. */
public final class CatalogSnapshot {
  private static final String[] PARTS = {
    """
    SELECT 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace
     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    """,
    """
    SELECT format('relation %s kind %s owner %s acl %s rls %s %s replident %s options %s comment %s tablespace %s',
                  c.oid::regclass, c.relkind, c.relowner::regrole, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
                  c.relreplident, c.reloptions, obj_description(c.oid, 'pg_class'), c.reltablespace)
      FROM pg_class c WHERE c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('column %s.%s %s notnull %s default %s identity %s generated %s statistics %s',
                  a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attstattarget)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('constraint %s on %s: %s valid %s local %s inherited %s comment %s', conname, conrelid::regclass,
                  pg_get_constraintdef(oid), convalidated, conislocal, coninhcount,
                  obj_description(oid, 'pg_constraint'))
      FROM pg_constraint WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('index %s: %s valid %s clustered %s replident %s parent %s', indexrelid::regclass,
                  pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident,
                  (SELECT string_agg(inhparent::regclass::text, ',') FROM pg_inherits WHERE inhrelid = indexrelid))
      FROM pg_index WHERE indrelid::regclass::text !~ '^(pg_|information_schema)'
    """,
    """
    SELECT format('trigger %s: %s enabled %s comment %s', tgname, pg_get_triggerdef(oid), tgenabled,
                  obj_description(oid, 'pg_trigger'))
      FROM pg_trigger WHERE NOT tgisinternal
    """,
    """
    SELECT format('foreign key trigger on %s for %s %s enabled %s', tgrelid::regclass, tgconstraint::regclass, tgfoid::regproc, tgenabled)
      FROM (SELECT tgrelid, tgconstrrelid AS tgconstraint, tgfoid, tgenabled FROM pg_trigger WHERE tgisinternal) t
    """,
    "SELECT format('policy %s on %s %s %s', polname, polrelid::regclass, polcmd, pg_get_expr(polqual, polrelid)) FROM pg_policy",
    "SELECT format('function %s', oid::regprocedure) FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)'",
  };

  private CatalogSnapshot() {}

  /** The definitions of everything, sorted. */
  public static List<String> definitions(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>();
    for (String part : PARTS) {
      lines.addAll(LoadTestServer.texts(connection, part));
    }
    return lines.stream().filter(it -> !it.contains("pg_toast")).sorted().toList();
  }

  /** Where every sequence stands, sorted. */
  public static List<String> sequences(Connection connection) throws SQLException {
    List<String> lines = new ArrayList<>();
    for (String name :
        LoadTestServer.texts(
            connection, "SELECT seqrelid::regclass::text FROM pg_sequence ORDER BY 1")) {
      lines.addAll(
          LoadTestServer.texts(
              connection,
              "SELECT '%s ' || last_value || ' ' || is_called FROM %s"
                  .formatted(name.replace("'", "''"), name)));
    }
    return lines;
  }
}
