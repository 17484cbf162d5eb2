package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.activities.schema.StructurePlan;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the run will create in the target, if the request asks for it, and what it cannot. */
final class CreationChecks {
  private static final String LOCKS =
      """
      SELECT current_setting('max_locks_per_transaction')::bigint
             * (current_setting('max_connections')::bigint
                + current_setting('max_prepared_transactions')::bigint)
      """;

  private CreationChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("what the run creates in the target", Needs.BOTH, CreationChecks::creation),
        new Check("locks for creating the target's tables", Needs.BOTH, CreationChecks::locks));
  }

  private static List<Finding> creation(Look look) throws SQLException {
    Optional<StructurePlan> creation = look.creation();
    if (creation.isEmpty()) {
      return List.of();
    }
    StructurePlan plan = creation.get();
    List<Finding> findings = new ArrayList<>(plan.leftOut());
    if (!plan.creations().isEmpty()) {
      findings.add(
          Finding.note(
              "target",
              "The run will create in the target, owned by its role and granted to nobody else: %s."
                  .formatted(plan.summary())));
    }
    if (findings.stream().noneMatch(it -> it.severity() == Severity.BLOCKER)) {
      findings.addAll(unexplained(look, plan));
    }
    return findings;
  }

  /** Whatever the reason: rows without a table stop the run. */
  private static List<Finding> unexplained(Look look, StructurePlan plan) throws SQLException {
    Map<QualifiedName, Table> there = look.targetTables();
    Set<QualifiedName> created = plan.tables();
    List<Finding> findings = new ArrayList<>();
    for (Table table : look.sourceTables()) {
      if (StructurePlan.covers(look.request(), table.name())
          && !there.containsKey(table.name())
          && !created.contains(table.name())) {
        findings.add(
            Finding.blocker(
                table.name().toString(),
                "The target lacks this table, and the run cannot create it.",
                "Create it there, or name it in skipTables if it is to stay behind."));
      }
      if (created.contains(table.name())) {
        findings.addAll(withoutPartitions(table, created));
      }
    }
    return findings;
  }

  private static List<Finding> withoutPartitions(Table table, Set<QualifiedName> created) {
    List<Finding> findings = new ArrayList<>();
    for (QualifiedName leaf : table.leaves()) {
      if (!created.contains(leaf)) {
        findings.add(
            Finding.blocker(
                leaf.toString(),
                "The run creates %s, and this partition of it is there already or in a schema that the request does not name."
                    .formatted(table.name()),
                "Name the partition's schema in the request, or drop it from the target."));
      }
    }
    return findings;
  }

  /** All is created in one transaction, which locks each relation to its end. */
  private static List<Finding> locks(Look look) throws SQLException {
    Optional<StructurePlan> creation = look.creation();
    if (creation.isEmpty()) {
      return List.of();
    }
    long needed = creation.get().locks();
    long there = Long.parseLong(look.askTarget(LOCKS).get(0)[0]);
    return needed < there
        ? List.of()
        : List.of(
            Finding.blocker(
                "target",
                "Creating the tables takes about %d locks in one transaction; the target's server has room for %d."
                    .formatted(needed, there),
                "Raise max_locks_per_transaction there and restart it, or create the tables yourself with pg_dump --section=pre-data."));
  }
}
