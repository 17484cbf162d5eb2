package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Something about the target that must hold besides the rows' digests.
 *
 * @param name what is checked, unique among a verification's checks
 * @param database where it is looked up
 * @param query looks it up; blockers among its findings are differences
 */
record Check(String name, Database database, Query query) {
  /** Looks something up. */
  @FunctionalInterface
  interface Query {
    /** Gives what it found. */
    List<Finding> run(Connection connection) throws SQLException;
  }

  /**
   * Runs it.
   *
   * @throws StepException when trying again may help
   */
  Result run(StepContext lane) {
    try {
      List<Finding> findings =
          database.inTransaction("check of " + name, CancelGuard.guarding(lane, query::run));
      boolean differs = findings.stream().anyMatch(it -> it.severity() == Finding.Severity.BLOCKER);
      return new Result(name, differs ? Verdict.FAILED : Verdict.PASSED, findings);
    } catch (StepException e) {
      if (!e.type().isPermanent()) {
        throw e;
      }
      Finding obstacle =
          Finding.blocker(name, e.getMessage(), "Remove the cause and verify again.");
      return new Result(name, Verdict.COULD_NOT_VERIFY, List.of(obstacle));
    }
  }

  /** What came out. */
  record Result(String name, Verdict verdict, List<Finding> findings) {
    Result {
      findings = List.copyOf(findings);
    }
  }
}
