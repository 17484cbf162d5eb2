package dev.overwinter.activities.preflight;

import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether the source is what it should be and lets itself be read and frozen. */
final class SourceChecks {
  private static final int OLDEST = 140000;

  /** What every release of Supabase Auth has and no account can be carried without. */
  private static final List<String> USER_COLUMNS =
      List.of(
          "id",
          "instance_id",
          "email",
          "email_confirmed_at",
          "encrypted_password",
          "raw_user_meta_data",
          "raw_app_meta_data");

  private static final List<String> IDENTITY_COLUMNS =
      List.of("user_id", "provider", "identity_data");

  /** By the source's own clock. */
  private static final String GUARD =
      """
      SELECT run_id, workflow_id,
             CASE WHEN permanent THEN 'permanent'
                  WHEN lapsed_at IS NOT NULL OR clock_timestamp() >= lease_until THEN 'lapsed'
                  ELSE 'runs' END,
             to_char(lease_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        FROM overwinter.guard
      """;

  /** The request's tables with partitions, parents and those of Supabase Auth. */
  private static final String TABLES =
      """
      SELECT format('%s.%s', n.nspname, c.relname),
             has_table_privilege(c.oid, 'SELECT'),
             has_table_privilege(c.oid, 'TRIGGER'),
             NOT c.relrowsecurity OR r.rolsuper OR r.rolbypassrls
               OR pg_has_role(c.relowner, 'USAGE') AND NOT c.relforcerowsecurity
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_roles r ON r.rolname = current_user
       WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
         AND (n.nspname = ANY (?) AND format('%s.%s', n.nspname, c.relname) <> ALL (?)
              OR n.nspname = 'auth' AND c.relname IN ('users', 'identities'))
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       ORDER BY 1
      """;

  private SourceChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("the source's version and name", Needs.SOURCE, SourceChecks::identity),
        new Check("Supabase Auth", Needs.SOURCE, SourceChecks::supabase),
        new Check("the request's schemas and tables", Needs.SOURCE, SourceChecks::requested),
        new Check("the source role's privileges", Needs.SOURCE, SourceChecks::privileges),
        new Check("guards on the source", Needs.SOURCE, SourceChecks::guards));
  }

  private static List<Finding> identity(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    String[] row =
        look.askSource(
                """
                SELECT current_setting('server_version_num'), current_setting('server_version'),
                       current_database(), pg_is_in_recovery(), reset_val = 'on'
                  FROM pg_settings WHERE name = 'default_transaction_read_only'
                """)
            .get(0);
    if (Integer.parseInt(row[0]) < OLDEST) {
      findings.add(
          Finding.blocker(
              "source",
              "The source is PostgreSQL %s; the oldest that is supported is 14.".formatted(row[1]),
              "Upgrade the project first."));
    }
    String expected = look.request().sourceDatabase();
    if (expected != null && !expected.equals(row[2])) {
      findings.add(
          Finding.blocker(
              "source",
              "The source's database is %s, the request says %s.".formatted(row[2], expected),
              "Correct OVERWINTER_SOURCE_URL or sourceDatabase in the request."));
    }
    if (isTrue(row[3])) {
      findings.add(
          Finding.blocker(
              "source",
              "The source is a standby, so that it cannot be frozen.",
              "Name the primary in OVERWINTER_SOURCE_URL."));
    }
    if (isTrue(row[4])) {
      findings.add(readOnly("source"));
    }
    return findings;
  }

  /** Supabase puts a project into this mode when its disk is nearly full. */
  static Finding readOnly(String side) {
    return Finding.blocker(
        side,
        "The %s is in read-only mode (default_transaction_read_only).".formatted(side),
        "Make room on its disk or end that mode, then run preflight again.");
  }

  private static List<Finding> supabase(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    missingColumns(look, "users", USER_COLUMNS, findings);
    if (findings.isEmpty()) {
      missingColumns(look, "identities", IDENTITY_COLUMNS, findings);
    }
    if (!findings.isEmpty()) {
      look.foundNoPeople();
    }
    return findings;
  }

  private static void missingColumns(
      Look look, String table, List<String> needed, List<Finding> findings) throws SQLException {
    Set<String> present = new HashSet<>();
    look.askSource(
            """
            SELECT a.attname
              FROM pg_attribute a
              JOIN pg_class c ON c.oid = a.attrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'auth' AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
            """,
            table)
        .forEach(row -> present.add(row[0]));
    List<String> missing = needed.stream().filter(it -> !present.contains(it)).toList();
    if (present.isEmpty()) {
      findings.add(
          Finding.blocker(
              "auth." + table,
              "This is not a Supabase project: schema auth has no table %s.".formatted(table),
              "Correct OVERWINTER_SOURCE_URL; see that source and target are not the wrong way round."));
    } else if (!missing.isEmpty()) {
      findings.add(
          Finding.blocker(
              "auth." + table,
              "The table of Supabase Auth lacks columns: %s.".formatted(String.join(", ", missing)),
              "Update Supabase Auth of the source to a newer release."));
    }
  }

  private static List<Finding> requested(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String schema : look.schemas()) {
      if (look.askSource("SELECT 1 FROM pg_namespace WHERE nspname = ?", schema).isEmpty()) {
        findings.add(
            Finding.blocker(
                schema,
                "The source has no schema of this name.",
                "Correct schemas in the request."));
      }
    }
    for (String table : look.request().skipTables()) {
      String sql =
          "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE format('%s.%s', n.nspname, c.relname) = ?";
      if (look.askSource(sql, table).isEmpty()) {
        findings.add(
            Finding.warning(
                table,
                "The request skips this table, but the source has none of this name.",
                "Correct skipTables in the request."));
      }
    }
    if (look.sourceTables().isEmpty()) {
      findings.add(
          Finding.blocker(
              String.join(", ", look.schemas()),
              "There is no table to carry in these schemas.",
              "Correct schemas and skipTables in the request."));
    }
    return findings;
  }

  private static List<Finding> privileges(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    List<String> schemas = new ArrayList<>(look.schemas());
    schemas.add("auth");
    for (String schema : schemas) {
      String sql =
          "SELECT 1 FROM pg_namespace n WHERE nspname = ? AND NOT has_schema_privilege(n.oid, 'USAGE')";
      if (!look.askSource(sql, schema).isEmpty()) {
        findings.add(lacks(schema, "use this schema", "GRANT USAGE ON SCHEMA on it"));
      }
    }
    for (String[] table :
        look.askSource(TABLES, look.schemas(), look.request().tablesLeftBehind())) {
      if (!isTrue(table[1])) {
        findings.add(lacks(table[0], "read this table", "GRANT SELECT on it"));
      }
      if (!isTrue(table[2])) {
        findings.add(lacks(table[0], "guard this table against writes", "GRANT TRIGGER on it"));
      }
      if (!isTrue(table[3])) {
        findings.add(
            Finding.blocker(
                table[0],
                "Row level security hides rows of this table from the source role; they would be left behind without a word.",
                "Connect as postgres, or as another role with BYPASSRLS (OVERWINTER_SOURCE_USER)."));
      }
    }
    String[] database =
        look.askSource(
                "SELECT has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP')")
            .get(0);
    if (!isTrue(database[0])) {
      findings.add(
          lacks("source", "create the guard's schema overwinter", "GRANT CREATE ON DATABASE"));
    }
    if (!isTrue(database[1])) {
      findings.add(lacks("source", "make temporary tables", "GRANT TEMP ON DATABASE"));
    }
    return findings;
  }

  private static List<Finding> guards(Look look) throws SQLException {
    Look.Access access = look.access(look.source(), "overwinter", "guard");
    if (!access.exists()) {
      return List.of();
    }
    if (!access.readable()) {
      return List.of(
          Finding.blocker(
              "source",
              "The guard of another run stands on the source, raised by another role.",
              "Let that run end or roll it back, or lift its guard as that role with: overwinter unfreeze"));
    }
    List<Finding> findings = new ArrayList<>();
    for (String[] guard : look.askSource(GUARD)) {
      if (!guard[0].equals(look.runId())) {
        findings.add(guard(guard[1], guard[0], guard[2], guard[3]));
      }
    }
    return findings;
  }

  private static Finding guard(String workflow, String run, String lease, String until) {
    return switch (lease) {
      case "lapsed" ->
          Finding.warning(
              "source",
              "A stale guard stands on the source: workflow %s, run %s; its lease ran out at %s. It stops nobody; this run removes it when it freezes the source."
                  .formatted(workflow, run, until),
              "See whether that run left anything on the target and in Stack Auth.");
      case "runs" ->
          Finding.blocker(
              "source",
              "The guard of another run stands on the source: workflow %s, run %s; its lease runs until %s unless it is renewed."
                  .formatted(workflow, run, until),
              "Let that run end or roll it back. If it is gone for good, wait for the end of its lease, or lift its guard with: overwinter unfreeze --force");
      default ->
          Finding.blocker(
              "source",
              "The guard of another run stands on the source for good: workflow %s, run %s."
                  .formatted(workflow, run),
              "That run has gone live, and its target may be taking writes. If it does not, lift its guard with: overwinter unfreeze --force");
    };
  }

  private static Finding lacks(String object, String what, String remedy) {
    return Finding.blocker(
        object,
        "The source role may not %s.".formatted(what),
        remedy + " to the role, or connect as postgres.");
  }

  static boolean isTrue(String value) {
    return "t".equals(value);
  }
}
