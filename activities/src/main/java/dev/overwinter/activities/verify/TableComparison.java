package dev.overwinter.activities.verify;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One table's three witnesses: what was digested in Java while it was exported, what the source
 * holds, and what the target holds with the user mapping reversed. Lanes add what they saw; the
 * sums do not depend on the order. Thread-safe.
 */
final class TableComparison {
  private final Projection table;
  private final Optional<TableDigest> exported;
  private final List<WireType> wires;
  private TableDigest inSource = TableDigest.EMPTY;
  private TableDigest inTarget = TableDigest.EMPTY;
  private final List<Finding> differences = new ArrayList<>();
  private final List<Finding> obstacles = new ArrayList<>();

  /**
   * @param table as the source has it, in the target's shape
   * @param exported digest over all exported chunks, or empty when they are not all there
   * @param wires how each column travels in binary, or null when rows travel as text
   */
  TableComparison(Projection table, Optional<TableDigest> exported, List<WireType> wires) {
    this.table = table;
    this.exported = exported;
    this.wires = wires;
    if (exported.isEmpty()) {
      obstacles.add(
          Finding.blocker(
              name(),
              "was not exported completely, so there is nothing to compare it with",
              "Run the export to its end."));
    }
  }

  String name() {
    return table.source().toString();
  }

  /** What there is to do in the source. */
  List<PartOfWork> partsInSource(List<PageRange> ranges, Database source) {
    DigestQuery query = DigestQuery.ofSource(table, wires);
    return parts(ranges, query, source, true);
  }

  /**
   * What there is to do in the target.
   *
   * @param counterpart the table there, or null when there is none
   * @param ranges the ranges of its pages
   * @param mapped its remapped columns, by their names there
   */
  List<PartOfWork> partsInTarget(
      Table counterpart,
      List<PageRange> ranges,
      Map<String, IdKind> mapped,
      RunKey run,
      Database target) {
    if (counterpart == null) {
      differ(
          Finding.blocker(
              table.target().toString(), "is missing in the target", "Create it there."));
      return List.of();
    }
    List<Column> columns = new ArrayList<>();
    for (Column column : table.targetColumns()) {
      counterpart.copiedColumns().stream()
          .filter(other -> other.name().equals(column.name()))
          .findFirst()
          .ifPresentOrElse(
              columns::add,
              () ->
                  differ(
                      Finding.blocker(
                          table.target() + "." + column.name(),
                          "is missing in the target, or is computed there",
                          "Create the column there, or give the source's another home in tables of the request.")));
    }
    if (columns.size() < table.columns().size()) {
      return List.of();
    }
    DigestQuery query = DigestQuery.ofTarget(columns, wires, mapped, run);
    return parts(ranges, query, target, false);
  }

  private List<PartOfWork> parts(
      List<PageRange> ranges, DigestQuery query, Database database, boolean ofSource) {
    return ranges.stream()
        .map(
            range ->
                new PartOfWork(
                    range.pages(),
                    new Lanes.Task(
                        name() + " in the " + database.side(),
                        lane -> digest(range, query, database, ofSource, lane))))
        .toList();
  }

  private void digest(
      PageRange range, DigestQuery query, Database database, boolean ofSource, StepContext lane) {
    try {
      TableDigest digest =
          database.inTransaction(
              "digest of " + table.source(),
              CancelGuard.guarding(lane, connection -> query.run(connection, range)));
      add(digest, ofSource);
      lane.count(Measure.ROWS_VERIFIED, digest.rows());
    } catch (StepException e) {
      if (!e.type().isPermanent()) {
        throw e;
      }
      obstruct(Finding.blocker(name(), e.getMessage(), "Remove the cause and verify again."));
    }
  }

  /** What the target took, for a table that has other rows, too. */
  void loaded(TableDigest digest) {
    add(digest, false);
  }

  private synchronized void add(TableDigest digest, boolean ofSource) {
    if (ofSource) {
      inSource = inSource.plus(digest);
    } else {
      inTarget = inTarget.plus(digest);
    }
  }

  private synchronized void differ(Finding finding) {
    differences.add(finding);
  }

  private synchronized void obstruct(Finding finding) {
    if (!obstacles.contains(finding)) {
      obstacles.add(finding);
    }
  }

  /** What came out, to be asked when all parts are done. */
  synchronized Result result() {
    List<Finding> found = new ArrayList<>(differences);
    if (obstacles.isEmpty() && differences.isEmpty()) {
      TableDigest export = exported.orElseThrow();
      if (!inSource.equals(export)) {
        found.add(difference("the source now", inSource, "the export", export));
      }
      if (!inTarget.equals(inSource)) {
        found.add(difference("the target", inTarget, "the source", inSource));
      }
    }
    Verdict verdict =
        !found.isEmpty()
            ? Verdict.FAILED
            : obstacles.isEmpty() ? Verdict.PASSED : Verdict.COULD_NOT_VERIFY;
    found.addAll(obstacles);
    boolean complete = obstacles.isEmpty() && differences.isEmpty();
    return new Result(
        table.source(),
        verdict,
        exported.map(TableDigest::toHex).orElse(null),
        complete ? inSource.toHex() : null,
        complete ? inTarget.toHex() : null,
        inSource.rows(),
        found);
  }

  private Finding difference(String left, TableDigest leftOnes, String right, TableDigest others) {
    String message =
        leftOnes.rows() == others.rows()
            ? "%s and %s have %d rows each, but not the same ones"
                .formatted(left, right, others.rows())
            : "%s has %d rows, %s has %d".formatted(left, leftOnes.rows(), right, others.rows());
    return Finding.blocker(name(), message, "Roll back, or find out who changed it.");
  }

  /**
   * One part.
   *
   * @param pages how large it is
   * @param task the work
   */
  record PartOfWork(long pages, Lanes.Task task) {}

  /**
   * What came out for one table.
   *
   * @param exportedDigest hexadecimal, or null where there is none
   * @param sourceDigest hexadecimal, or null where there is none
   * @param targetDigest hexadecimal, or null where there is none
   * @param rows rows in the source
   */
  record Result(
      QualifiedName table,
      Verdict verdict,
      String exportedDigest,
      String sourceDigest,
      String targetDigest,
      long rows,
      List<Finding> findings) {
    Result {
      findings = List.copyOf(findings);
    }
  }
}
