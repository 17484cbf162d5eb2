package dev.overwinter.activities.preflight;

import dev.overwinter.activities.load.Emptying;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Whether the target is what it should be, is empty, and can be loaded and put back. */
final class TargetChecks {
  private static final int OLDEST = 150000;
  private static final int ONE_MAJOR = 10000;

  private static final String FOREIGN_KEYS_OUT =
      """
      SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
             has_table_privilege(c.confrelid, 'SELECT'), has_table_privilege(c.confrelid, 'REFERENCES')
        FROM pg_constraint c
       WHERE c.contype = 'f' AND c.conparentid = 0
         AND c.conrelid IN (SELECT to_regclass(name) FROM unnest(?) AS name)
         AND c.confrelid NOT IN (SELECT to_regclass(name) FROM unnest(?) AS name)
       ORDER BY 2, 1
      """;

  private TargetChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("that both sides are different databases", Needs.BOTH, TargetChecks::different),
        new Check("the target's version, name and encoding", Needs.TARGET, TargetChecks::identity),
        new Check("the versions and collations of both sides", Needs.BOTH, TargetChecks::versions),
        new Check("other runs on the target", Needs.TARGET, TargetChecks::otherRuns),
        new Check("that the target's tables are empty", Needs.BOTH, TargetChecks::empty),
        new Check("foreign keys out of the target's tables", Needs.BOTH, TargetChecks::keysOut));
  }

  private static List<Finding> identity(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    String[] row =
        look.askTarget(
                """
                SELECT current_setting('server_version_num'), current_setting('server_version'),
                       current_database(), current_setting('server_encoding'), pg_is_in_recovery(),
                       reset_val = 'on'
                  FROM pg_settings WHERE name = 'default_transaction_read_only'
                """)
            .get(0);
    if (Integer.parseInt(row[0]) < OLDEST) {
      findings.add(
          Finding.blocker(
              "target",
              "The target is PostgreSQL %s; the oldest that is supported is 15.".formatted(row[1]),
              "Install a newer PostgreSQL there."));
    }
    String expected = look.request().targetDatabase();
    if (expected != null && !expected.equals(row[2])) {
      findings.add(
          Finding.blocker(
              "target",
              "The target's database is %s, the request says %s.".formatted(row[2], expected),
              "Correct OVERWINTER_TARGET_URL or targetDatabase in the request."));
    }
    if (!"UTF8".equals(row[3])) {
      findings.add(
          Finding.blocker(
              "target",
              "The target's encoding is %s, so that it cannot hold every text of the source."
                  .formatted(row[3]),
              "Create the database anew with ENCODING 'UTF8'."));
    }
    if (SourceChecks.isTrue(row[4])) {
      findings.add(
          Finding.blocker(
              "target",
              "The target is a standby and takes no writes.",
              "Correct OVERWINTER_TARGET_URL."));
    }
    if (SourceChecks.isTrue(row[5])) {
      findings.add(SourceChecks.readOnly("target"));
    }
    return findings;
  }

  private static List<Finding> versions(Look look) throws SQLException {
    String sql =
        """
        SELECT current_setting('server_version_num'), current_setting('server_encoding'), d.datcollate, d.datctype
          FROM pg_database d WHERE d.datname = current_database()
        """;
    String[] from = look.askSource(sql).get(0);
    String[] to = look.askTarget(sql).get(0);
    List<Finding> findings = new ArrayList<>();
    int source = Integer.parseInt(from[0]) / ONE_MAJOR;
    int target = Integer.parseInt(to[0]) / ONE_MAJOR;
    if (target < source) {
      findings.add(
          Finding.warning(
              "target",
              "The target is PostgreSQL %d, older than the source's %d; what only the newer one has does not work there."
                  .formatted(target, source),
              "Prefer a target of version %d or newer.".formatted(source)));
    }
    if (!"UTF8".equals(from[1])) {
      findings.add(
          Finding.warning(
              "source",
              "The source's encoding is %s; texts that are no valid characters stop the import."
                  .formatted(from[1]),
              "Rehearse the run first."));
    }
    if (!from[2].equals(to[2]) || !from[3].equals(to[3])) {
      findings.add(
          Finding.warning(
              "target",
              "Texts sort differently: the source's collation is %s, the target's %s."
                  .formatted(from[2], to[2]),
              "Create the target with the source's collation if the application relies on the order."));
    }
    return findings;
  }

  /** An advisory lock is known in one database only, whatever address it was reached by. */
  private static List<Finding> different(Look look) throws SQLException {
    long probe = ThreadLocalRandom.current().nextLong();
    look.askSource("SELECT pg_advisory_xact_lock(?)", probe);
    if (SourceChecks.isTrue(
        look.askTarget("SELECT pg_try_advisory_xact_lock(?)", probe).get(0)[0])) {
      return List.of();
    }
    look.foundOneDatabase();
    return List.of(
        Finding.blocker(
            "target",
            "Source and target are the same database.",
            "Correct OVERWINTER_SOURCE_URL or OVERWINTER_TARGET_URL."));
  }

  private static List<Finding> otherRuns(Look look) throws SQLException {
    Look.Access access = look.access(look.target(), "overwinter", "run");
    List<Finding> findings = new ArrayList<>();
    if (access.readable()) {
      String sql =
          "SELECT workflow_id, run_id FROM overwinter.run WHERE ended_at IS NULL AND run_id <> ?";
      for (String[] run : look.askTarget(sql, look.runId())) {
        findings.add(
            Finding.blocker(
                "target",
                "The target's ledger holds another run that has not ended: workflow %s, run %s."
                    .formatted(run[0], run[1]),
                "Let it end or roll it back first. If it is gone for good, set up the target's database anew: only that ledger knows which indexes and keys were put aside."));
      }
    } else if (!look.askTarget("SELECT 1 FROM pg_namespace WHERE nspname = 'overwinter'")
        .isEmpty()) {
      findings.add(
          Finding.blocker(
              "overwinter",
              "The target has a schema of this name that is not a ledger of this role's runs.",
              "Rename or drop it."));
    }
    return findings;
  }

  private static List<Finding> empty(Look look) throws SQLException {
    String named = look.request().target().truncate();
    List<QualifiedName> filled = new ArrayList<>();
    for (QualifiedName table : look.loadedTables()) {
      if (hasRows(look, table.sql())) {
        filled.add(table);
      }
    }
    if (named == null) {
      return filled.stream().map(TargetChecks::notEmpty).toList();
    }
    String database = look.askTarget("SELECT current_database()").get(0)[0];
    if (!named.equals(database)) {
      return List.of(
          Finding.blocker(
              "target.truncate",
              "The request lets the tables of database %s be emptied, and the target's database is %s. Nothing would be emptied."
                  .formatted(named, database),
              "Correct OVERWINTER_TARGET_URL or target.truncate in the request."));
    }
    return filled.isEmpty() ? List.of() : List.of(emptying(look, filled));
  }

  private static Finding notEmpty(QualifiedName table) {
    return Finding.blocker(
        table.toString(),
        "The target's table has rows; only empty tables are loaded.",
        "Empty it, let the run empty it (target.truncate), or name it in skipTables if its rows are to stay.");
  }

  private static Finding emptying(Look look, List<QualifiedName> filled) throws SQLException {
    List<String> referring = Emptying.referring(look.target(), look.loadedTables());
    if (!referring.isEmpty()) {
      return Finding.blocker(
          "target.truncate",
          "Tables of the target that this run does not load have rows and refer to tables that it would empty: %s."
              .formatted(String.join(", ", referring)),
          "Empty those yourself, or carry them too.");
    }
    long rows = 0;
    for (QualifiedName table : filled) {
      rows += Long.parseLong(look.askTarget("SELECT count(*) FROM " + table.sql()).get(0)[0]);
    }
    List<String> shown = filled.stream().limit(20).map(QualifiedName::toString).toList();
    return Finding.warning(
        "target.truncate",
        "The run empties %d tables of the target, which have %d rows now: %s%s. No rollback brings these rows back."
            .formatted(
                filled.size(),
                rows,
                String.join(", ", shown),
                filled.size() > shown.size() ? " and more" : ""),
        "See that nobody needs them.");
  }

  private static List<Finding> keysOut(Look look) throws SQLException {
    List<String> names = look.loadedTables().stream().map(QualifiedName::sql).toList();
    List<Finding> findings = new ArrayList<>();
    for (String[] key : look.askTarget(FOREIGN_KEYS_OUT, names, names)) {
      String message =
          "The target's foreign key %s refers to %s, which this run does not load"
              .formatted(key[0], key[2]);
      if (!SourceChecks.isTrue(key[4])) {
        findings.add(
            Finding.warning(
                key[1],
                message
                    + ", and which the target role may not refer to; the key stays while rows load.",
                "GRANT REFERENCES on it."));
      }
      if (SourceChecks.isTrue(key[3]) && !hasRows(look, key[2])) {
        findings.add(
            Finding.blocker(
                key[1],
                message + " and which is empty.",
                "Drop the key there, as one to Supabase's auth.users, or carry that table too."));
      } else {
        findings.add(
            Finding.warning(
                key[1],
                message + "; rows that refer to nothing there stop the load.",
                "See that its rows are there."));
      }
    }
    return findings;
  }

  private static boolean hasRows(Look look, String table) throws SQLException {
    return SourceChecks.isTrue(
        look.askTarget("SELECT EXISTS (SELECT 1 FROM %s)".formatted(table)).get(0)[0]);
  }
}
