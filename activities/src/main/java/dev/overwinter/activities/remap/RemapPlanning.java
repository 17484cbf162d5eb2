package dev.overwinter.activities.remap;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Decides, once the source is frozen and the accounts exist, which columns are remapped, and writes
 * that to the ledger. The same source and the same accounts give the same plan, so a later attempt
 * replaces an earlier one's without harm. Thread-safe.
 */
public final class RemapPlanning {
  /** More columns than this are counted in a failure's message instead of named. */
  private static final int MOST_NAMED = 20;

  private final Database source;
  private final Database target;
  private final int mostLanes;

  /**
   * @param mostLanes the most connections it may hold to the source at one time; a request with
   *     fewer lanes gets fewer
   */
  public RemapPlanning(Database source, Database target, int mostLanes) {
    this.source = source;
    this.target = target;
    this.mostLanes = mostLanes;
  }

  /**
   * Plans.
   *
   * @throws StepException {@code ReferencesUnsettled} when a user has neither account nor rule, the
   *     mapping is not one to one, the request names a column that is not there, or references to
   *     unknown users are found and the rule is to stop
   */
  public RemapSummary plan(StepInput input, StepContext context) {
    MappingCheck mapping = Lanes.call("auth.users", lane -> check(input.run(), lane), context);
    List<Projection> tables = tables(source, input.request(), context);
    DiscoveredReferences found =
        ReferenceDiscovery.discover(
            source,
            tables,
            input.request().references(),
            mapping.notCarried(),
            Math.min(mostLanes, input.request().copy().lanes()),
            context);
    refuseUnsettled(found, input.request().references().unknownUsers());
    target.inTransaction(
        "writing of the remap plan",
        connection -> {
          RemapLedger.replace(connection, input.run(), mapping, found.columns());
          return null;
        });
    return summary(mapped(found));
  }

  private MappingCheck check(RunKey run, StepContext lane) {
    return source.inTransaction(
        "comparison of auth.users with the mapping",
        CancelGuard.guarding(
            lane,
            users ->
                target.inTransaction(
                    "comparison of the mapping with auth.users",
                    CancelGuard.guarding(
                        lane, accounts -> MappingCheck.run(users, accounts, run)))));
  }

  /** The tables that are copied, in the target's shape. */
  static List<Projection> tables(Database source, MigrationRequest request, StepContext context) {
    return CancelGuard.inTransaction(
        source,
        "reading of the catalog",
        connection -> Projections.read(connection, request),
        context);
  }

  private static void refuseUnsettled(DiscoveredReferences found, UnknownUserRule rule) {
    List<String> problems =
        found.findings().stream()
            .filter(finding -> finding.severity() == Severity.BLOCKER)
            .map(RemapPlanning::describe)
            .toList();
    if (!problems.isEmpty()) {
      throw unsettled(problems, "Correct the request.");
    }
    if (rule == UnknownUserRule.KEEP) {
      return;
    }
    List<String> unknown =
        mapped(found).stream()
            .filter(column -> column.unknown() > 0)
            .map(column -> column.path() + " (" + column.unknown() + ")")
            .toList();
    if (!unknown.isEmpty()) {
      throw unsettled(
          unknown,
          "These columns refer that often to people without a new account. Carry those people,"
              + " remove the references, leave the column out with references.columns, or accept"
              + " them with references.unknownUsers = keep.");
    }
  }

  private static String describe(Finding finding) {
    return "%s %s. %s".formatted(finding.object(), finding.message(), finding.remedy());
  }

  private static StepException unsettled(List<String> problems, String remedy) {
    String named = problems.stream().limit(MOST_NAMED).collect(Collectors.joining("; "));
    int more = problems.size() - MOST_NAMED;
    return new StepException(
        FailureType.REFERENCES_UNSETTLED,
        "References to users: %s%s. %s"
            .formatted(named, more > 0 ? "; and " + more + " more" : "", remedy));
  }

  private static List<ReferenceColumn> mapped(DiscoveredReferences found) {
    return found.columns().stream()
        .filter(column -> column.treatment() == ReferenceTreatment.MAP)
        .toList();
  }

  private static RemapSummary summary(List<ReferenceColumn> mapped) {
    return new RemapSummary(
        mapped.size(),
        mapped.stream().mapToLong(ReferenceColumn::known).sum(),
        mapped.stream().mapToLong(ReferenceColumn::unknown).sum());
  }
}
