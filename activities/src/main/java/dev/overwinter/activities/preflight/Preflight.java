package dev.overwinter.activities.preflight;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Looks at both databases, the people, Stack Auth and the archive before anything is touched, and
 * tells all it finds at once. Its sessions cannot write. A check that fails becomes a finding of
 * its own and hides no other. Thread-safe.
 */
public final class Preflight {
  private final DatabaseSettings source;
  private final DatabaseSettings target;
  private final UserCensus users;
  private final ReferenceCensus references;
  private final Path archive;

  /**
   * @param archive the archive directory; need not exist yet
   */
  public Preflight(
      DatabaseSettings source,
      DatabaseSettings target,
      UserCensus users,
      ReferenceCensus references,
      Path archive) {
    this.source = source;
    this.target = target;
    this.users = users;
    this.references = references;
    this.archive = archive;
  }

  /** Runs every check that can be run. Reads only. */
  public PreflightReport preflight(StepInput input, StepContext context) {
    List<Finding> findings = new ArrayList<>();
    try (Side from = Side.connect(source, findings);
        Side to = Side.connect(target, findings)) {
      Look look = new Look(input, from.connection(), to.connection());
      PeopleChecks people = new PeopleChecks(users, references, input, context);
      List<Lanes.Task> tasks = new ArrayList<>();
      for (Check check : checks(people)) {
        tasks.add(
            new Lanes.Task(
                check.name(),
                lane -> {
                  // Only now, since what an earlier check found may leave this one without sense.
                  if (look.has(check.needs())) {
                    findings.addAll(run(check, look, lane));
                  }
                }));
      }
      Lanes.run(1, "checks", tasks, context);
      return report(input, look, people, findings);
    }
  }

  private List<Check> checks(PeopleChecks people) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        new Check("the source's pooler", Needs.NOTHING, look -> SideConnector.pooling(source)));
    checks.add(
        new Check("the target's pooler", Needs.NOTHING, look -> SideConnector.pooling(target)));
    checks.addAll(SourceChecks.all());
    checks.addAll(FreezeChecks.all());
    checks.addAll(TargetChecks.all());
    checks.addAll(TargetRoleChecks.all());
    checks.addAll(RuleChecks.all());
    checks.addAll(StructureChecks.all());
    checks.addAll(CreationChecks.all());
    checks.addAll(LeftBehindChecks.all());
    checks.addAll(LeftOutChecks.all());
    checks.addAll(EventTriggerChecks.all());
    checks.addAll(CronChecks.all());
    checks.addAll(new CapacityChecks(archive).all());
    checks.addAll(people.all());
    return checks;
  }

  static List<Finding> run(Check check, Look look, StepContext lane) {
    try {
      List<Finding> found = look.guarded(lane, check.work());
      look.endTransactions();
      return found;
    } catch (SQLException e) {
      return List.of(failed(check, look, "SQLSTATE " + e.getSQLState()));
    } catch (StepException e) {
      return List.of(failed(check, look, e.getMessage()));
    } catch (RuntimeException e) {
      // A stranger's message may hold anything, so only its kind is told. A cancelled step does
      // not pass for a finding: the step's own thread is told of it too.
      return List.of(failed(check, look, e.getClass().getSimpleName()));
    }
  }

  private static Finding failed(Check check, Look look, String reason) {
    try {
      look.endTransactions();
    } catch (SQLException e) {
      reason += "; the connection is broken";
    }
    return Finding.blocker(
        check.name(),
        "This could not be checked: %s.".formatted(reason),
        "Remove the cause, then run preflight again; what cannot be checked is never taken for good.");
  }

  private static PreflightReport report(
      StepInput input, Look look, PeopleChecks people, List<Finding> findings) {
    List<Table> tables = tables(look);
    long rows = tables.stream().mapToLong(Table::estimatedRows).sum();
    long bytes = tables.stream().mapToLong(Table::bytes).sum();
    long users = people.byClass().values().stream().mapToLong(Long::longValue).sum();
    long bareSeconds = DurationEstimate.bareSeconds(rows, bytes, users);
    long seconds = DurationEstimate.withReserve(bareSeconds);
    long window = input.request().freeze().windowSeconds();
    if (seconds > window) {
      findings.add(tooLong(bareSeconds > window, seconds, window));
    }
    return new PreflightReport(
        atMost(findings),
        tables.size(),
        rows,
        bytes,
        people.byClass(),
        people.referenceColumns(),
        seconds);
  }

  private static List<Table> tables(Look look) {
    try {
      return look.has(Needs.SOURCE) ? look.sourceTables() : List.of();
    } catch (SQLException e) {
      // A check that needs them has failed for the same reason and is among the findings.
      return List.of();
    }
  }

  private static Finding tooLong(boolean evenWithoutReserve, long seconds, long window) {
    String message =
        "The source would stay frozen for about %d minutes, by a cautious estimate with a reserve of half; the window is %d minutes."
            .formatted(seconds / 60, window / 60);
    String remedy =
        "Raise freeze.window, skip tables that may stay behind, or rehearse to see how long it really takes.";
    return evenWithoutReserve
        ? Finding.blocker("freeze.window", message, remedy)
        : Finding.warning("freeze.window", message, remedy);
  }

  /** Blockers first; what is too many is counted in a last finding. */
  private static List<Finding> atMost(List<Finding> findings) {
    List<Finding> sorted =
        findings.stream().sorted(Comparator.comparing(Finding::severity)).toList();
    if (sorted.size() <= PreflightReport.MOST_FINDINGS) {
      return sorted;
    }
    List<Finding> shown = new ArrayList<>(sorted.subList(0, PreflightReport.MOST_FINDINGS - 1));
    List<Finding> rest = sorted.subList(shown.size(), sorted.size());
    Severity gravest = rest.get(0).severity();
    shown.add(
        new Finding(
            gravest,
            "preflight",
            "%d more findings are not shown.".formatted(rest.size()),
            "Settle those above, then run preflight again."));
    return shown;
  }

  /** One side's connection, or none. */
  private record Side(Connection connection) implements AutoCloseable {
    static Side connect(DatabaseSettings settings, List<Finding> findings) {
      try {
        return new Side(SideConnector.connect(settings));
      } catch (SQLException e) {
        findings.add(SideConnector.explain(settings, e));
        return new Side(null);
      }
    }

    @Override
    public void close() {
      try {
        if (connection != null) {
          connection.close();
        }
      } catch (SQLException e) {
        // Nothing was written, so that nothing is lost with a connection that breaks now.
        return;
      }
    }
  }
}
