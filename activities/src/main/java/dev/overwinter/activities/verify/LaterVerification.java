package dev.overwinter.activities.verify;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares three witnesses of tables that were loaded into a target in use: what was exported, what
 * the source holds now, and what was read back of each chunk in the transaction that loaded it. The
 * tables themselves may have changed since, by right. Thread-safe.
 */
public final class LaterVerification {
  private static final int PAIRS_PER_TABLE = 2;

  private static final String LOADED =
      """
      SELECT t.source_schema, t.source_name, l.digest
        FROM overwinter.later_load l
        JOIN overwinter.copied_table t USING (run_id, table_no)
       WHERE run_id = ?
      """;

  private final Database source;
  private final Database target;
  private final int mostLanes;

  /**
   * @param mostLanes the most connections it may hold to the source at one time
   */
  public LaterVerification(Database source, Database target, int mostLanes) {
    this.source = source;
    this.target = target;
    this.mostLanes = mostLanes;
  }

  /** Verifies; writes what it found into the ledger. May be repeated. */
  public VerificationSummary verify(StepInput input, StepContext context) {
    Map<Projection, List<PageRange>> tables =
        CancelGuard.inTransaction(
            source, "reading of the catalog", connection -> read(connection, input), context);
    List<TableComparison> comparisons = new ArrayList<>();
    List<TableComparison.PartOfWork> parts = new ArrayList<>();
    target.inTransaction(
        "reading of the ledger",
        connection -> {
          var exported = VerifyLedger.exported(connection, input.run());
          var wires = VerifyLedger.wires(connection, input.run());
          var loaded = loaded(connection, input.run());
          tables.forEach(
              (table, ranges) -> {
                TableComparison comparison =
                    new TableComparison(
                        table,
                        Optional.ofNullable(exported.get(table.source())),
                        wires.get(table.source()));
                comparison.loaded(loaded.getOrDefault(table.source(), TableDigest.EMPTY));
                comparisons.add(comparison);
                parts.addAll(comparison.partsInSource(ranges, source));
              });
          return null;
        });
    Lanes.run(
        Math.min(mostLanes, input.request().copy().lanes()),
        "parts",
        parts.stream()
            .sorted(Comparator.comparingLong(TableComparison.PartOfWork::pages).reversed())
            .map(TableComparison.PartOfWork::task)
            .toList(),
        context);
    List<TableComparison.Result> results =
        comparisons.stream().map(TableComparison::result).toList();
    target.inTransaction(
        "writing of the verification's results",
        connection -> {
          VerifyLedger.replace(connection, input.run(), results);
          return null;
        });
    return summary(input.run(), results);
  }

  private static Map<Projection, List<PageRange>> read(Connection connection, StepInput input)
      throws SQLException {
    Map<Projection, List<PageRange>> tables = new LinkedHashMap<>();
    for (Projection table : Projections.read(connection, input.request())) {
      tables.put(table, PageRange.of(connection, table.table()));
    }
    return tables;
  }

  private static Map<QualifiedName, TableDigest> loaded(Connection target, RunKey run)
      throws SQLException {
    Map<QualifiedName, TableDigest> loaded = new HashMap<>();
    try (PreparedStatement statement = target.prepareStatement(LOADED)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          loaded.merge(
              new QualifiedName(row.getString(1), row.getString(2)),
              TableDigest.fromHex(row.getString(3)),
              TableDigest::plus);
        }
      }
    }
    return loaded;
  }

  private static VerificationSummary summary(RunKey run, List<TableComparison.Result> results) {
    List<Finding> findings =
        results.stream().flatMap(result -> result.findings().stream()).toList();
    List<Verdict> verdicts = results.stream().map(TableComparison.Result::verdict).toList();
    Verdict overall =
        verdicts.contains(Verdict.FAILED)
            ? Verdict.FAILED
            : verdicts.contains(Verdict.COULD_NOT_VERIFY)
                ? Verdict.COULD_NOT_VERIFY
                : Verdict.PASSED;
    return new VerificationSummary(
        overall,
        VerdictDigest.of(run, results, List.of()),
        results.size(),
        results.stream().mapToLong(TableComparison.Result::rows).sum(),
        results.size() * PAIRS_PER_TABLE,
        findings);
  }
}
