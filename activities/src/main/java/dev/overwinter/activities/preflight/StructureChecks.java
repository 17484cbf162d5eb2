package dev.overwinter.activities.preflight;

import dev.overwinter.activities.load.Sequence;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.activities.schema.StructurePlan;
import dev.overwinter.workflows.steps.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether the target has a counterpart of everything that is carried. */
final class StructureChecks {
  /** Types of columns and what they are made of: elements of arrays, domains' and ranges' types. */
  private static final String USED_TYPES =
      """
      WITH RECURSIVE used(oid) AS (
        SELECT a.atttypid FROM pg_attribute a
         WHERE a.attnum > 0 AND NOT a.attisdropped
           AND a.attrelid IN (SELECT to_regclass(name) FROM unnest(?) AS name)
        UNION
        SELECT made_of FROM used u
          JOIN pg_type t ON t.oid = u.oid
          LEFT JOIN pg_range r ON r.rngtypid = t.oid
         CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype), (r.rngsubtype)) AS parts (made_of)
         WHERE made_of IS NOT NULL AND made_of <> 0
      )
      """;

  private static final String ENUM_LABELS =
      USED_TYPES
          + """
          SELECT t.oid::regtype::text, e.enumlabel
            FROM used u
            JOIN pg_type t ON t.oid = u.oid
            JOIN pg_enum e ON e.enumtypid = t.oid
           ORDER BY 1, e.enumsortorder
          """;

  private static final String EXTENSIONS =
      USED_TYPES
          + """
          SELECT DISTINCT x.extname
            FROM used u
            JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = u.oid AND d.deptype = 'e'
            JOIN pg_extension x ON x.oid = d.refobjid
           ORDER BY 1
          """;

  /**
   * Rules that may refuse rows, each with what makes two of them the same. A constraint's index has
   * no line of its own, and what a partition has of its parent neither.
   */
  private static final String RULES =
      """
      SELECT format('%s.%s', n.nspname, c.relname), k.conname,
             CASE k.contype WHEN 'c' THEN 'check constraint' WHEN 'x' THEN 'exclusion constraint'
                            ELSE 'unique constraint' END,
             CASE WHEN k.contype IN ('p', 'u') THEN 'unique ' ||
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
                  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey))
               ELSE pg_get_constraintdef(k.oid) END
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE k.contype IN ('c', 'p', 'u', 'x') AND k.conparentid = 0
         AND c.oid IN (SELECT to_regclass(name) FROM unnest(?) AS name)
      UNION ALL
      SELECT format('%s.%s', n.nspname, c.relname), x.relname, 'unique index',
             CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN 'unique ' ||
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
                  FROM pg_attribute a
                 WHERE a.attrelid = c.oid
                   AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
               ELSE replace(pg_get_indexdef(x.oid), quote_ident(x.relname) || ' ON ', 'ON ') END
        FROM pg_index i
        JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.oid)
         AND c.oid IN (SELECT to_regclass(name) FROM unnest(?) AS name)
       ORDER BY 1, 2
      """;

  private StructureChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("the target's tables and columns", Needs.BOTH, StructureChecks::tables),
        new Check("columns that refuse NULL", Needs.BOTH, StructureChecks::requiredColumns),
        new Check("rules of the target only", Needs.BOTH, StructureChecks::rules),
        new Check("enum types", Needs.BOTH, StructureChecks::enums),
        new Check("extensions of column types", Needs.BOTH, StructureChecks::extensions),
        new Check("sequences", Needs.BOTH, StructureChecks::sequences));
  }

  private static List<Finding> tables(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    Map<QualifiedName, Table> there = look.targetTables();
    Set<QualifiedName> carried = new HashSet<>();
    for (Table table : look.sourceTables()) {
      carried.add(Projections.target(table.name(), Projections.rule(look.request(), table.name())));
    }
    for (Projection table : look.projections()) {
      Table counterpart = there.get(table.target());
      if (counterpart == null) {
        // What keeps the run from creating a table is told by CreationChecks.
        if (!StructurePlan.covers(look.request(), table.source())) {
          findings.add(missing(look, table, there.keySet(), carried));
        }
      } else {
        findings.addAll(
            ColumnComparison.compare(
                table, Projections.rule(look.request(), table.source()), counterpart));
      }
    }
    Set<String> skipped = new HashSet<>(look.request().tablesLeftBehind());
    for (QualifiedName extra : new TreeSet<>(there.keySet())) {
      if (!carried.contains(extra) && !skipped.contains(extra.toString())) {
        findings.add(
            Finding.note(extra.toString(), "Only the target has this table; it is left as it is."));
      }
    }
    return findings;
  }

  private static Finding missing(
      Look look, Projection table, Set<QualifiedName> there, Set<QualifiedName> carried) {
    List<String> free =
        there.stream().filter(it -> !carried.contains(it)).map(QualifiedName::toString).toList();
    String renamed =
        Likeness.nearest(table.target().toString(), free)
            .map(
                name ->
                    " If it is "
                        + name
                        + " there: "
                        + RuleText.table(table.source(), "rename", name))
            .orElse("");
    return Finding.blocker(
        table.target().toString(),
        "The target lacks this table.",
        "Create it there%s.%s If it is to stay behind: %s"
            .formatted(
                look.request().target().createTables()
                    ? ""
                    : ", or let the run create it (target.createTables)",
                renamed,
                RuleText.table(table.source(), "skip", true)));
  }

  private static List<Finding> requiredColumns(Look look) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    Map<QualifiedName, Table> there = look.targetTables();
    for (Projection table : look.projections()) {
      Table counterpart = there.get(table.target());
      for (ProjectedColumn from : table.columns()) {
        boolean refused =
            counterpart != null
                && !from.column().notNull()
                && counterpart.columns().stream()
                    .anyMatch(
                        to -> to.name().equals(from.name()) && to.notNull() && !to.generated());
        if (refused) {
          refusedNull(look, table, from).ifPresent(findings::add);
        }
      }
    }
    return findings;
  }

  private static Optional<Finding> refusedNull(Look look, Projection table, ProjectedColumn column)
      throws SQLException {
    SafeQuery.Answer answer =
        SafeQuery.ask(
            look.source(),
            "SELECT EXISTS (SELECT 1 FROM (%s) carried WHERE carried.%s IS NULL)"
                .formatted(table.select(), QualifiedName.quote(column.name())));
    if (answer.problem() != null) {
      throw new SQLException(answer.problem(), answer.problem().replace("SQLSTATE ", ""));
    }
    String path = table.source() + "." + column.knownAs();
    boolean hasNull = SourceChecks.isTrue(answer.row()[0]);
    if (column.sourceColumn() == null) {
      return hasNull
          ? Optional.of(
              Finding.blocker(
                  path,
                  "The target refuses NULL in this column, and the rule's expression gives it for some rows.",
                  "Give them a value in the expression, with COALESCE."))
          : Optional.empty();
    }
    return Optional.of(refusedNull(table, column, path, hasNull));
  }

  private static Finding refusedNull(
      Projection table, ProjectedColumn column, String path, boolean hasNull) {
    if (hasNull) {
      return Finding.blocker(
          path,
          "The target refuses NULL in this column, and the source has rows with it.",
          "DROP NOT NULL in the target, fill the column in the source, or give these rows a value, such as 'none': "
              + RuleText.value(
                  table.source(), column, "COALESCE(%s, 'none')".formatted(column.expression())));
    }
    return Finding.warning(
        path,
        "The target refuses NULL in this column, the source does not; it has none now.",
        "See that none is written before the freeze, or declare both the same.");
  }

  private static List<Finding> rules(Look look) throws SQLException {
    List<String> names = names(look);
    Map<String, String> namesThere = new HashMap<>();
    look.projections()
        .forEach(it -> namesThere.put(it.source().toString(), it.target().toString()));
    Set<String> inSource = new HashSet<>();
    look.askSource(RULES, names, names)
        .forEach(rule -> inSource.add(namesThere.getOrDefault(rule[0], rule[0]) + " " + rule[3]));
    List<Finding> findings = new ArrayList<>();
    List<String> loaded = namesThere(look);
    for (String[] rule : look.askTarget(RULES, loaded, loaded)) {
      if (!inSource.contains(rule[0] + " " + rule[3])) {
        findings.add(
            Finding.warning(
                rule[0] + "." + rule[1],
                "Only the target has this %s; a row that it refuses stops the import."
                    .formatted(rule[2]),
                "See that all rows of the source obey it, or drop it for the time of the run."));
      }
    }
    return findings;
  }

  private static List<Finding> enums(Look look) throws SQLException {
    Map<String, Set<String>> there = labels(look.askTarget(ENUM_LABELS, namesThere(look)));
    List<Finding> findings = new ArrayList<>();
    labels(look.askSource(ENUM_LABELS, names(look)))
        .forEach(
            (type, labels) -> {
              Set<String> missing = new TreeSet<>(labels);
              missing.removeAll(there.getOrDefault(type, Set.of()));
              // Without the type itself its columns are reported, with the type's name.
              if (!missing.isEmpty() && there.containsKey(type)) {
                findings.add(
                    Finding.blocker(
                        type,
                        "The target's enum lacks labels: %s.".formatted(String.join(", ", missing)),
                        "ALTER TYPE ... ADD VALUE in the target."));
              }
            });
    return findings;
  }

  private static Map<String, Set<String>> labels(List<String[]> rows) {
    Map<String, Set<String>> labels = new LinkedHashMap<>();
    rows.forEach(row -> labels.computeIfAbsent(row[0], type -> new TreeSet<>()).add(row[1]));
    return labels;
  }

  private static List<Finding> extensions(Look look) throws SQLException {
    Set<String> there = new HashSet<>();
    look.askTarget("SELECT extname FROM pg_extension").forEach(row -> there.add(row[0]));
    List<Finding> findings = new ArrayList<>();
    for (String[] extension : look.askSource(EXTENSIONS, names(look))) {
      if (!there.contains(extension[0]) && look.creation().isEmpty()) {
        findings.add(
            Finding.blocker(
                extension[0],
                "Columns use types of this extension, which the target lacks.",
                "CREATE EXTENSION in the target, in the schema that its definitions name."));
      }
    }
    return findings;
  }

  private static List<Finding> sequences(Look look) throws SQLException {
    List<Sequence> there = Sequence.read(look.target(), look.targetSchemas());
    Set<QualifiedName> carried =
        look.sourceTables().stream().map(Table::name).collect(Collectors.toSet());
    List<Finding> findings = new ArrayList<>();
    for (Sequence sequence : Sequence.read(look.source(), look.schemas())) {
      boolean needed =
          sequence.columns().isEmpty()
              || sequence.columns().stream().anyMatch(column -> carried.contains(column.table()));
      if (needed
          && sequence.asInTarget(look.request()).counterpart(there).isEmpty()
          && !look.creates(sequence.name())
          && !isMade(look, sequence)) {
        findings.add(
            Finding.warning(
                sequence.name().toString(),
                "The target has no counterpart of this sequence, so its position is not carried.",
                "Create it in the target if the application draws from it."));
      }
    }
    return findings;
  }

  /** An identity column's sequence comes with its table. */
  private static boolean isMade(Look look, Sequence sequence) throws SQLException {
    for (Sequence.NumberedColumn column : sequence.columns()) {
      if (look.creates(column.table())) {
        return true;
      }
    }
    return false;
  }

  private static List<String> namesThere(Look look) throws SQLException {
    return look.projections().stream().map(it -> it.target().sql()).toList();
  }

  private static List<String> names(Look look) throws SQLException {
    return look.sourceTables().stream().map(it -> it.name().sql()).toList();
  }
}
