package dev.overwinter.activities.preflight;

import dev.overwinter.activities.load.Sequence;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether the target's role may do what a load does, and what it takes that it may. */
final class TargetRoleChecks {
  private static final String ROLE =
      """
      SELECT quote_ident(current_user), r.rolsuper, pg_has_role(d.datdba, 'USAGE'), quote_ident(d.datname),
             has_database_privilege(d.oid, 'CREATE')
        FROM pg_roles r, pg_database d
       WHERE r.rolname = current_user AND d.datname = current_database()
      """;

  /**
   * A member that does not inherit has the owner's rights only after SET ROLE, which nobody does.
   */
  private static final String TABLES =
      """
      SELECT format('%s.%s', n.nspname, c.relname), c.oid::regclass, quote_ident(pg_get_userbyid(c.relowner)),
             pg_has_role(c.relowner, 'USAGE'), pg_has_role(c.relowner, 'MEMBER'), owner.rolsuper,
             c.relforcerowsecurity AND c.relrowsecurity AND NOT (r.rolsuper OR r.rolbypassrls)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_roles owner ON owner.oid = c.relowner
        JOIN pg_roles r ON r.rolname = current_user
       WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname = ANY (?)
         AND NOT EXISTS (SELECT 1 FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       ORDER BY 1
      """;

  private static final String SCHEMA =
      """
      SELECT quote_ident(nspname), has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE')
        FROM pg_namespace WHERE nspname = ?
      """;

  /**
   * What values are compared with, and what indexes and constraints are made again with, by name.
   */
  private static final String SCHEMAS_OF_PARTS =
      """
      WITH RECURSIVE loaded (oid) AS (
        SELECT member.oid
          FROM unnest(?) AS given (name)
         CROSS JOIN LATERAL (SELECT to_regclass(given.name)::oid UNION SELECT relid FROM pg_partition_tree(to_regclass(given.name))) member (oid)
      ), part (classid, objid) AS (
        SELECT 'pg_type'::regclass, a.atttypid FROM pg_attribute a JOIN loaded l ON l.oid = a.attrelid
         WHERE a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT d.refclassid, d.refobjid
          FROM (SELECT 'pg_class'::regclass AS classid, i.indexrelid AS objid FROM pg_index i JOIN loaded l ON l.oid = i.indrelid
                UNION ALL
                SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c JOIN loaded l ON l.oid = c.conrelid) o
          JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid
        UNION
        SELECT 'pg_type'::regclass, below.oid
          FROM part p
          JOIN pg_type t ON p.classid = 'pg_type'::regclass AND t.oid = p.objid
         CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) below (oid)
         WHERE below.oid <> 0
      ), used (nspoid) AS (
        SELECT t.typnamespace FROM part p JOIN pg_type t ON p.classid = 'pg_type'::regclass AND t.oid = p.objid
        UNION
        SELECT f.pronamespace FROM part p JOIN pg_proc f ON p.classid = 'pg_proc'::regclass AND f.oid = p.objid
        UNION
        SELECT o.opcnamespace FROM part p JOIN pg_opclass o ON p.classid = 'pg_opclass'::regclass AND o.oid = p.objid
        UNION
        SELECT o.oprnamespace FROM part p JOIN pg_operator o ON p.classid = 'pg_operator'::regclass AND o.oid = p.objid
        UNION
        SELECT c.collnamespace FROM part p JOIN pg_collation c ON p.classid = 'pg_collation'::regclass AND c.oid = p.objid)
      SELECT n.nspname, quote_ident(n.nspname)
        FROM used u JOIN pg_namespace n ON n.oid = u.nspoid
       WHERE NOT has_schema_privilege(n.oid, 'USAGE') AND n.nspname <> ALL (?)
       ORDER BY 1
      """;

  private static final String SEQUENCE =
      "SELECT has_sequence_privilege(to_regclass(?), 'SELECT') AND has_sequence_privilege(to_regclass(?), 'UPDATE')";

  /** What stays in the way of rows because it could not be made again. */
  private static final String STAYING =
      """
      SELECT quote_ident(s.spcname), count(*)
        FROM unnest(?) AS given (name)
       CROSS JOIN LATERAL (SELECT to_regclass(given.name)::oid UNION SELECT relid FROM pg_partition_tree(to_regclass(given.name))) member (oid)
        JOIN pg_index i ON i.indrelid = member.oid
        JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_tablespace s ON s.oid = x.reltablespace
       WHERE NOT has_tablespace_privilege(s.oid, 'CREATE')
       GROUP BY 1 ORDER BY 1
      """;

  private TargetRoleChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("the target role's privileges", Needs.TARGET, TargetRoleChecks::privileges),
        new Check(
            "schemas that the target's tables use", Needs.BOTH, TargetRoleChecks::schemasOfParts),
        new Check("the target's sequences", Needs.TARGET, TargetRoleChecks::sequences),
        new Check("what the target role costs", Needs.BOTH, TargetRoleChecks::speed));
  }

  /** The role, and the database, both quoted for SQL. */
  private record Role(
      String name, boolean superuser, boolean ownsDatabase, String database, boolean mayCreate) {
    private static Role of(Look look) throws SQLException {
      String[] row = look.askTarget(ROLE).get(0);
      return new Role(
          row[0],
          SourceChecks.isTrue(row[1]),
          SourceChecks.isTrue(row[2]),
          row[3],
          SourceChecks.isTrue(row[4]));
    }
  }

  private static List<Finding> privileges(Look look) throws SQLException {
    Role role = Role.of(look);
    List<Finding> findings = new ArrayList<>();
    for (String[] table : look.askTarget(TABLES, look.targetSchemas())) {
      if (!SourceChecks.isTrue(table[3])) {
        findings.add(
            Finding.blocker(
                table[0],
                "The target role does not own this table, so it can neither guard it nor put its indexes and triggers aside.",
                ownership(role, table)));
      }
      if (SourceChecks.isTrue(table[6])) {
        findings.add(
            Finding.blocker(
                table[0],
                "Row level security is forced on the owner of this table, so it cannot be loaded.",
                "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY until the run is over, or ALTER ROLE %s BYPASSRLS."
                    .formatted(table[1], role.name())));
      }
    }
    for (String schema : look.targetSchemas()) {
      schema(look, role, schema, findings);
    }
    if (!role.mayCreate()) {
      findings.add(
          Finding.blocker(
              "target",
              "The target role may not create the ledger's schema overwinter.",
              "GRANT CREATE ON DATABASE %s TO %s.".formatted(role.database(), role.name())));
    }
    return findings;
  }

  /** Nobody should become a superuser's member for a load. */
  private static String ownership(Role role, String[] table) {
    String change = "ALTER TABLE %s OWNER TO %s".formatted(table[1], role.name());
    if (SourceChecks.isTrue(table[4])) {
      return "It is a member of the owner, but does not inherit: ALTER ROLE %s INHERIT, or from PostgreSQL 16 GRANT %s TO %1$s WITH INHERIT TRUE."
          .formatted(role.name(), table[2]);
    }
    return SourceChecks.isTrue(table[5])
        ? change + "."
        : "GRANT %s TO %s, or %s.".formatted(table[2], role.name(), change);
  }

  private static void schema(Look look, Role role, String schema, List<Finding> findings)
      throws SQLException {
    List<String[]> row = look.askTarget(SCHEMA, schema);
    if (row.isEmpty() && look.creation().filter(it -> it.schemas().contains(schema)).isPresent()) {
      return;
    }
    if (row.isEmpty()) {
      findings.add(
          Finding.blocker(
              schema, "The target has no schema of this name.", "Create it with its tables."));
    } else if (!SourceChecks.isTrue(row.get(0)[1]) || !SourceChecks.isTrue(row.get(0)[2])) {
      findings.add(
          Finding.blocker(
              schema,
              "The target role may not create indexes in this schema, so those put aside could not be restored.",
              "GRANT USAGE, CREATE ON SCHEMA %s TO %s.".formatted(row.get(0)[0], role.name())));
    }
  }

  private static List<Finding> schemasOfParts(Look look) throws SQLException {
    Role role = Role.of(look);
    List<Finding> findings = new ArrayList<>();
    for (String[] schema : look.askTarget(SCHEMAS_OF_PARTS, loaded(look), look.targetSchemas())) {
      findings.add(
          Finding.blocker(
              schema[0],
              "The target role may not use this schema, from which tables of the target have types, functions or operators; their rows could not be compared and their indexes not restored.",
              "GRANT USAGE ON SCHEMA %s TO %s.".formatted(schema[1], role.name())));
    }
    return findings;
  }

  private static List<String> loaded(Look look) throws SQLException {
    return look.loadedTables().stream().map(QualifiedName::sql).toList();
  }

  private static List<Finding> sequences(Look look) throws SQLException {
    Role role = Role.of(look);
    List<Finding> findings = new ArrayList<>();
    for (Sequence sequence : Sequence.read(look.target(), look.targetSchemas())) {
      String name = sequence.name().sql();
      if (!SourceChecks.isTrue(look.askTarget(SEQUENCE, name, name).get(0)[0])) {
        findings.add(
            Finding.blocker(
                sequence.name().toString(),
                "The target role may not set this sequence to where the source's stands.",
                "GRANT SELECT, UPDATE ON SEQUENCE %s TO %s.".formatted(name, role.name())));
      }
    }
    return findings;
  }

  private static List<Finding> speed(Look look) throws SQLException {
    Role role = Role.of(look);
    List<Finding> findings = new ArrayList<>();
    if (role.superuser() || role.ownsDatabase()) {
      return findings;
    }
    for (String[] space : look.askTarget(STAYING, loaded(look))) {
      findings.add(
          Finding.warning(
              space[0],
              "%s indexes are in this tablespace, where the target role may not make any; they stay while rows load, which takes longer."
                  .formatted(space[1]),
              "GRANT CREATE ON TABLESPACE %s TO %s.".formatted(space[0], role.name())));
    }
    findings.add(
        Finding.note(
            "target",
            findings.isEmpty()
                ? "The target role is neither a superuser nor the database's owner. A load needs neither and is not slower for it: what it puts aside are indexes, keys and triggers of tables that the role owns."
                : "The target role is neither a superuser nor the database's owner. A load needs neither; what it may not make again stays in place and slows it, as told."));
    return findings;
  }
}
