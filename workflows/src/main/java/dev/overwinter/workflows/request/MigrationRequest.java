package dev.overwinter.workflows.request;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the operator asked for, complete with every default.
 *
 * @param sourceDatabase the name the source database must have, or null for no such check
 * @param targetDatabase the name the target database must have, or null for no such check
 * @param schemas the application's schemas, in the order given; never empty
 * @param skipTables tables that stay behind, as {@code schema.table}
 * @param tables rules for tables whose shape differs between source and target, keyed {@code
 *     schema.table} by their names in the source
 * @param users how people are carried
 * @param references how columns that hold user ids are treated
 * @param freeze how the source is frozen, and for how long
 * @param approval how long the run waits for somebody's approval
 * @param copy how rows are moved
 * @param rollback what a rollback leaves behind
 * @param target what may be done to the target; null, as in requests from before there were such
 *     rules, is nothing
 */
public record MigrationRequest(
    String sourceDatabase,
    String targetDatabase,
    List<String> schemas,
    List<String> skipTables,
    Map<String, TableRule> tables,
    UserRules users,
    ReferenceRules references,
    FreezeRules freeze,
    ApprovalRules approval,
    CopyRules copy,
    RollbackRules rollback,
    TargetRules target) {
  public MigrationRequest {
    schemas = List.copyOf(schemas);
    skipTables = List.copyOf(skipTables);
    tables = tables == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(tables));
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(references, "references");
    Objects.requireNonNull(freeze, "freeze");
    Objects.requireNonNull(approval, "approval");
    Objects.requireNonNull(copy, "copy");
    Objects.requireNonNull(rollback, "rollback");
    target = target == null ? TargetRules.NOTHING : target;
  }

  /** The tables of the source that this run does not carry, as {@code schema.table}. */
  public List<String> tablesLeftBehind() {
    Set<String> names = new LinkedHashSet<>(skipTables);
    tables.forEach(
        (name, rule) -> {
          if (rule.fate() != TableRule.Fate.CARRIED) {
            names.add(name);
          }
        });
    return List.copyOf(names);
  }

  /** The schemas in which the target has tables that are loaded. */
  public List<String> targetSchemas() {
    Set<String> names = new LinkedHashSet<>(schemas);
    for (TableRule rule : tables.values()) {
      if (rule.rename() != null) {
        names.add(rule.rename().substring(0, rule.rename().indexOf('.')));
      }
    }
    return List.copyOf(names);
  }
}
