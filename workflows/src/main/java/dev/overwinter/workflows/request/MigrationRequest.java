package dev.overwinter.workflows.request;

import java.util.List;
import java.util.Objects;

/**
 * What the operator asked for, complete with every default.
 *
 * @param sourceDatabase the name the source database must have, or null for no such check
 * @param targetDatabase the name the target database must have, or null for no such check
 * @param schemas the application's schemas, in the order given; never empty
 * @param skipTables tables that stay behind, as {@code schema.table}
 * @param users how people are carried
 * @param references how columns that hold user ids are treated
 * @param freeze how the source is frozen, and for how long
 * @param approval how long the run waits for somebody's approval
 * @param copy how rows are moved
 * @param rollback what a rollback leaves behind
 */
public record MigrationRequest(
    String sourceDatabase,
    String targetDatabase,
    List<String> schemas,
    List<String> skipTables,
    UserRules users,
    ReferenceRules references,
    FreezeRules freeze,
    ApprovalRules approval,
    CopyRules copy,
    RollbackRules rollback) {
  public MigrationRequest {
    schemas = List.copyOf(schemas);
    skipTables = List.copyOf(skipTables);
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(references, "references");
    Objects.requireNonNull(freeze, "freeze");
    Objects.requireNonNull(approval, "approval");
    Objects.requireNonNull(copy, "copy");
    Objects.requireNonNull(rollback, "rollback");
  }
}
