package dev.overwinter.activities.preflight;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Preflight for a target that is in use: whether the tables that a request carries, and its rules
 * for them, fit both sides. Its sessions cannot write. Thread-safe.
 */
public final class TableChecks {
  private final DatabaseSettings source;
  private final DatabaseSettings target;

  public TableChecks(DatabaseSettings source, DatabaseSettings target) {
    this.source = source;
    this.target = target;
  }

  /** What somebody should know or settle, blockers first. */
  public List<Finding> look(StepInput input, StepContext context) {
    List<Finding> findings = new ArrayList<>();
    try (Connection from = connect(source, findings);
        Connection to = connect(target, findings)) {
      if (from == null || to == null) {
        return findings;
      }
      Look look = new Look(input, from, to);
      List<Check> checks = new ArrayList<>(RuleChecks.all());
      checks.addAll(StructureChecks.all());
      Lanes.run(
          1,
          "checks",
          checks.stream()
              .map(
                  check ->
                      new Lanes.Task(
                          check.name(), lane -> findings.addAll(Preflight.run(check, look, lane))))
              .toList(),
          context);
    } catch (SQLException e) {
      // Nothing was written, so that nothing is lost with a connection that breaks now.
      return findings;
    }
    return findings.stream()
        .filter(finding -> finding.severity() != Severity.NOTE)
        .sorted(Comparator.comparing(Finding::severity))
        .toList();
  }

  private static Connection connect(DatabaseSettings settings, List<Finding> findings) {
    try {
      return SideConnector.connect(settings);
    } catch (SQLException e) {
      findings.add(SideConnector.explain(settings, e));
      return null;
    }
  }
}
