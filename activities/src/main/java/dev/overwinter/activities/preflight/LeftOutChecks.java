package dev.overwinter.activities.preflight;

import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What no run carries, whatever the request says: counted, for the record. */
final class LeftOutChecks {
  /** The request may name one of these schemas; then it is not left out. */
  private static final String OWN_SCHEMAS =
      """
      SELECT string_agg(format('%s in %s', tables, nspname), ', ' ORDER BY nspname)
        FROM (SELECT n.nspname, count(*) AS tables
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname ~ ?
                 AND n.nspname !~ '^(pg_.*|information_schema|overwinter)$' AND n.nspname <> ALL (?)
               GROUP BY 1) s
      """;

  private static final String OF_EXTENSIONS =
      """
      SELECT string_agg(format('%s of %s', tables, extname), ', ' ORDER BY extname)
        FROM (SELECT e.extname, count(*) AS tables
                FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
                JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
               WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (?)
               GROUP BY 1) s
      """;

  /**
   * Tables of extensions whose rows of the application's own a dump would have, and which those
   * are.
   */
  private static final String CONFIGURATION =
      """
      SELECT format('%s.%s', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname), e.extname, given.condition
        FROM pg_extension e
       CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) given (oid, condition)
        JOIN pg_class c ON c.oid = given.oid AND c.relkind = 'r'
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY (?) OR n.nspname = 'extensions'
       ORDER BY 1
      """;

  private static final String VIEWS =
      """
      SELECT nullif(count(*), 0)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'v' AND n.nspname = ANY (?)
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      """;

  private LeftOutChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("tables of Supabase's own schemas", Needs.SOURCE, LeftOutChecks::ownSchemas),
        new Check("tables of extensions", Needs.SOURCE, LeftOutChecks::ofExtensions),
        new Check("rows in tables of extensions", Needs.SOURCE, LeftOutChecks::inExtensions),
        new Check("views", Needs.SOURCE, LeftOutChecks::views));
  }

  private static List<Finding> ownSchemas(Look look) throws SQLException {
    return note(
        "schemas of Supabase",
        "Tables of schemas that are Supabase's own or an extension's are not carried: %s.",
        look.askSource(OWN_SCHEMAS, LeftBehindChecks.OWN_SCHEMAS, look.schemas()));
  }

  private static List<Finding> ofExtensions(Look look) throws SQLException {
    return note(
        "tables of extensions",
        "Tables that belong to an extension are not carried: %s. The target's have their own.",
        look.askSource(OF_EXTENSIONS, look.schemas()));
  }

  private static List<Finding> inExtensions(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String[] table : look.askSource(CONFIGURATION, look.schemas())) {
      String condition = table[3] == null ? "" : table[3];
      SafeQuery.Answer rows =
          SafeQuery.ask(
              look.source(),
              "SELECT nullif(count(*), 0) FROM %s %s".formatted(table[1], condition));
      if (rows.problem() != null || rows.row()[0] != null) {
        findings.add(
            Finding.warning(
                table[0],
                "The table belongs to the extension %s and is not carried, and %s rows in it are not the extension's own."
                    .formatted(table[2], rows.problem() == null ? rows.row()[0] : "uncounted"),
                "Put these into the target's before the run if the application needs them: pg_dump --data-only has them."));
      }
    }
    return findings;
  }

  private static List<Finding> views(Look look) throws SQLException {
    return note("views", "Views have no rows to carry: %s.", look.askSource(VIEWS, look.schemas()));
  }

  private static List<Finding> note(String object, String message, List<String[]> counts) {
    String count = counts.get(0)[0];
    return count == null ? List.of() : List.of(Finding.note(object, message.formatted(count)));
  }
}
