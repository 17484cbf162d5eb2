package dev.overwinter.activities.remap;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * Looks for columns that hold user ids before anything is touched, so that what no rule settles is
 * found now and not in the frozen window. Reads only. Thread-safe.
 */
public final class ReferencePreflight {
  private final Database source;

  public ReferencePreflight(Database source) {
    this.source = source;
  }

  /**
   * Discovers, and adds a finding for each column whose references no rule settles.
   *
   * @param notCarried ids of users in {@code auth.users} who will get no account
   */
  public DiscoveredReferences look(
      MigrationRequest request, Collection<UUID> notCarried, StepContext context) {
    List<Projection> tables = RemapPlanning.tables(source, request, context);
    DiscoveredReferences found =
        ReferenceDiscovery.discover(
            source,
            tables,
            request.references(),
            notCarried,
            Math.min(source.maxConnections(), request.copy().lanes()),
            context);
    List<Finding> findings = new ArrayList<>(found.findings());
    boolean keeps = request.references().unknownUsers() == UnknownUserRule.KEEP;
    for (ReferenceColumn column : found.columns()) {
      if (column.treatment() == ReferenceTreatment.MAP && column.unknown() > 0) {
        findings.add(unknown(column, keeps));
      }
    }
    return new DiscoveredReferences(found.columns(), findings);
  }

  private static Finding unknown(ReferenceColumn column, boolean keeps) {
    String message =
        "%d references point to people who will have no account.".formatted(column.unknown());
    return keeps
        ? Finding.warning(
            column.path(), message, "They keep the old id, as references.unknownUsers says.")
        : Finding.blocker(
            column.path(),
            message,
            "Set references.unknownUsers to keep, or set references.columns.\"%s\" to leave."
                .formatted(column.path()));
  }
}
