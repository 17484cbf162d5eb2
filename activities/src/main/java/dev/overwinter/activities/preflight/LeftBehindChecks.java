package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the source has that this run does not carry. */
final class LeftBehindChecks {
  /** Schemas of Supabase's own, by the list that its command line leaves out of dumps. */
  static final String OWN_SCHEMAS =
      "^(pg_.*|information_schema|overwinter|_analytics|_realtime|_supavisor|auth|etl|extensions"
          + "|pgbouncer|realtime|storage|supabase_functions|supabase_migrations|cron|dbdev|graphql"
          + "|graphql_public|net|pgmq|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data"
          + "|_?timescaledb_.*|topology|vault)$";

  private static final String OTHER_TABLES =
      """
      SELECT n.nspname, count(*), string_agg(c.relname, ', ' ORDER BY c.relname) FILTER (WHERE c.place <= 20)
        FROM (SELECT c.oid, c.relname, c.relnamespace,
                     row_number() OVER (PARTITION BY c.relnamespace ORDER BY c.relname) AS place
                FROM pg_class c
               WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) c
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname <> ALL (?) AND n.nspname !~ ?
       GROUP BY n.nspname ORDER BY n.nspname
      """;

  private static final String OTHER_RELATIONS =
      """
      SELECT format('%s.%s', n.nspname, c.relname), c.relkind, c.relpersistence
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY (?) AND (c.relkind = 'm' OR c.relkind = 'f' AND NOT c.relispartition OR c.relkind = 'r' AND c.relpersistence = 'u')
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       ORDER BY 1
      """;

  private static final String FOREIGN_PARTITIONS =
      """
      SELECT DISTINCT format('%s.%s', n.nspname, c.relname)
        FROM unnest(?) AS carried (name)
       CROSS JOIN LATERAL pg_partition_tree(to_regclass(carried.name)) tree
        JOIN pg_class c ON c.oid = tree.relid AND c.relkind = 'f'
        JOIN pg_namespace n ON n.oid = c.relnamespace
       ORDER BY 1
      """;

  private LeftBehindChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("tables of other schemas", Needs.SOURCE, LeftBehindChecks::otherSchemas),
        new Check(
            "foreign and unlogged tables and materialized views",
            Needs.SOURCE,
            LeftBehindChecks::otherRelations),
        new Check(
            "partitions that are foreign tables",
            Needs.SOURCE,
            LeftBehindChecks::foreignPartitions),
        new Check("tables without a primary key", Needs.SOURCE, LeftBehindChecks::withoutKey),
        new Check("large objects", Needs.SOURCE, LeftBehindChecks::largeObjects),
        new Check(
            "files of Supabase Storage",
            Needs.SOURCE,
            look ->
                service(
                    look,
                    "storage",
                    "objects",
                    "%s files of Supabase Storage are not carried; only their names are in the database. Copy them with Storage's own tools.")),
        new Check(
            "secrets in the vault",
            Needs.SOURCE,
            look ->
                service(
                    look,
                    "vault",
                    "secrets",
                    "%s secrets are not carried; they can be decrypted in the source only. Enter them anew where the application needs them.")),
        new Check(
            "scheduled jobs",
            Needs.SOURCE,
            look ->
                service(
                    look,
                    "cron",
                    "job",
                    "%s scheduled jobs are not carried. Schedule them anew on the target after go-live.")));
  }

  private static List<Finding> otherSchemas(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String[] schema : look.askSource(OTHER_TABLES, look.schemas(), OWN_SCHEMAS)) {
      int more = Integer.parseInt(schema[1]) - 20;
      findings.add(
          Finding.warning(
              schema[0],
              "%s tables of this schema stay behind: %s%s."
                  .formatted(schema[1], schema[2], more > 0 ? " and %d more".formatted(more) : ""),
              "Name the schema in the request if they belong to the application."));
    }
    return findings;
  }

  private static List<Finding> otherRelations(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (String[] relation : look.askSource(OTHER_RELATIONS, look.schemas())) {
      if (relation[1].equals("f")) {
        findings.add(
            Finding.warning(
                relation[0],
                "A foreign table's rows are elsewhere; they are not carried.",
                "Set up the foreign server on the target if the application reads it."));
      } else if (relation[1].equals("m")) {
        findings.add(
            Finding.note(
                relation[0],
                "A materialized view's rows are not carried; the run fills the target's once the tables it reads are loaded."));
      } else {
        findings.add(
            Finding.note(
                relation[0],
                "The table is unlogged in the source; its rows are carried like any others."));
      }
    }
    return findings;
  }

  private static List<Finding> foreignPartitions(Look look) throws SQLException {
    List<String> names = look.sourceTables().stream().map(it -> it.name().sql()).toList();
    List<Finding> findings = new ArrayList<>();
    for (String[] partition : look.askSource(FOREIGN_PARTITIONS, names)) {
      findings.add(
          Finding.blocker(
              partition[0],
              "A partition of a carried table is a foreign table, whose rows would stay behind.",
              "Detach it, or bring its rows into an ordinary partition; to leave all behind, name the partitioned table in skipTables."));
    }
    return findings;
  }

  private static List<Finding> withoutKey(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Table table : look.sourceTables()) {
      if (table.primaryKey().isEmpty()) {
        findings.add(
            Finding.note(
                table.name().toString(),
                "The table has no primary key; it is read by pages, and differing rows cannot be named."));
      }
    }
    return findings;
  }

  private static List<Finding> largeObjects(Look look) throws SQLException {
    String count = look.askSource("SELECT count(*) FROM pg_largeobject_metadata").get(0)[0];
    return count.equals("0")
        ? List.of()
        : List.of(
            Finding.warning(
                "large objects",
                "%s large objects are not carried.".formatted(count),
                "Carry them with pg_dump --large-objects, or keep them in bytea columns."));
  }

  private static List<Finding> service(Look look, String schema, String table, String message)
      throws SQLException {
    Look.Access access = look.access(look.source(), schema, table);
    String name = schema + "." + table;
    if (!access.exists()) {
      return List.of();
    }
    if (!access.readable()) {
      return List.of(Finding.note(name, message.formatted("Uncounted")));
    }
    String count = look.askSource("SELECT count(*) FROM " + name).get(0)[0];
    return count.equals("0") ? List.of() : List.of(Finding.note(name, message.formatted(count)));
  }
}
