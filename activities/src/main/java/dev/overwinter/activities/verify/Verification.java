package dev.overwinter.activities.verify;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.Sequence;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.activities.remap.RemapLedger;
import dev.overwinter.activities.remap.RemapLedger.MappedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the frozen source with the loaded target, table by table, and checks what makes a
 * database out of rows. Reads only, but for the result in the ledger, so it may run any number of
 * times. Thread-safe.
 */
public final class Verification {
  /** Three witnesses give two pairs for each table. */
  private static final int PAIRS_PER_TABLE = 2;

  private final Database source;
  private final Database target;
  private final int mostLanes;

  /**
   * @param mostLanes the most connections it may hold to either side at one time; a request with
   *     fewer lanes gets fewer
   */
  public Verification(Database source, Database target, int mostLanes) {
    this.source = source;
    this.target = target;
    this.mostLanes = mostLanes;
  }

  /**
   * Verifies.
   *
   * @return the verdict; a query that fails for good makes it {@code COULD_NOT_VERIFY}
   * @throws StepException when trying again may help
   */
  public VerificationSummary verify(StepInput input, StepContext context) {
    List<Projection> tables =
        CancelGuard.inTransaction(
            source,
            "reading of the catalog",
            connection -> Projections.read(connection, input.request()),
            context);
    Side inSource =
        read(
            source,
            tables.stream().map(Projection::table).toList(),
            input.request().schemas(),
            context);
    Side inTarget = readTarget(input.request().targetSchemas(), context);
    Ledger ledger =
        CancelGuard.inTransaction(
            target, "reading of the ledger", it -> Ledger.read(it, input), context);

    List<TableComparison> comparisons = new ArrayList<>();
    List<TableComparison.PartOfWork> parts = new ArrayList<>();
    for (Projection table : tables) {
      TableComparison comparison =
          new TableComparison(
              table,
              Optional.ofNullable(ledger.exported.get(table.source())),
              ledger.wires.get(table.source()));
      comparisons.add(comparison);
      parts.addAll(comparison.partsInSource(inSource.ranges.get(table.source()), source));
      parts.addAll(
          comparison.partsInTarget(
              inTarget.tables.get(table.target()),
              inTarget.ranges.getOrDefault(table.target(), List.of()),
              ledger.mapped.getOrDefault(table.source(), Map.of()),
              input.run(),
              target));
    }
    List<Check> checks = checks(input, new TargetNames(tables), inSource, inTarget, ledger);
    Map<String, Check.Result> checked = new ConcurrentHashMap<>();

    Stream<Lanes.Task> largestFirst =
        parts.stream()
            .sorted(Comparator.comparingLong(TableComparison.PartOfWork::pages).reversed())
            .map(TableComparison.PartOfWork::task);
    Stream<Lanes.Task> then =
        checks.stream()
            .map(
                check ->
                    new Lanes.Task(
                        check.name(), lane -> checked.put(check.name(), check.run(lane))));
    Lanes.run(
        Math.min(mostLanes, input.request().copy().lanes()),
        "parts",
        Stream.concat(largestFirst, then).toList(),
        context);

    List<TableComparison.Result> results =
        comparisons.stream().map(TableComparison::result).toList();
    List<Check.Result> checkResults =
        checks.stream().map(check -> checked.get(check.name())).toList();
    target.inTransaction(
        "writing of the verification's results",
        connection -> {
          VerifyLedger.replace(connection, input.run(), results);
          return null;
        });
    return summary(input, results, checkResults);
  }

  /** Even the size of a table cannot be had while somebody holds it locked. */
  private static Side read(
      Database database, List<Table> tables, List<String> schemas, StepContext context) {
    return CancelGuard.inTransaction(
        database,
        "reading of the catalog",
        connection -> Side.read(connection, tables, schemas),
        context);
  }

  private Side readTarget(List<String> schemas, StepContext context) {
    List<Table> tables =
        CancelGuard.inTransaction(
            target,
            "reading of the catalog",
            connection -> Catalog.read(connection, schemas),
            context);
    return read(target, tables, schemas, context);
  }

  private List<Check> checks(
      StepInput input, TargetNames names, Side inSource, Side inTarget, Ledger ledger) {
    Set<QualifiedName> copied = names.tables();
    List<Check> checks = new ArrayList<>();
    checks.add(UserIdChecks.mapping(input.run(), target));
    ledger.mapped.forEach(
        (name, columns) -> {
          Table table = names.ofTable(name).map(inTarget.tables::get).orElse(null);
          if (table != null) {
            checks.add(UserIdChecks.leftovers(table, columns, input.run(), target));
          }
        });
    checks.addAll(
        ForeignKeyChecks.of(
            names.ofKeys(inSource.foreignKeys), inTarget.foreignKeys, copied, target));
    checks.add(
        Sequences.check(
            byNamesInTarget(inSource, inTarget, input.request()),
            input.request().targetSchemas(),
            copied,
            target));
    checks.add(Triggers.check(names.ofTables(inSource.triggers), copied, target));
    checks.add(PutAsideCheck.of(input.run(), target));
    checks.add(DefinitionCheck.of(input.run(), target));
    return checks;
  }

  /** A sequence of a column that has another name in the target has another name there, too. */
  private static Map<QualifiedName, Sequences.State> byNamesInTarget(
      Side inSource, Side inTarget, MigrationRequest request) {
    Map<QualifiedName, QualifiedName> names = new HashMap<>();
    for (Sequence sequence : inSource.numbering) {
      sequence
          .asInTarget(request)
          .counterpart(inTarget.numbering)
          .ifPresent(there -> names.put(sequence.name(), there.name()));
    }
    Map<QualifiedName, Sequences.State> states = new TreeMap<>();
    inSource.sequences.forEach((name, state) -> states.put(names.getOrDefault(name, name), state));
    return states;
  }

  private static VerificationSummary summary(
      StepInput input, List<TableComparison.Result> tables, List<Check.Result> checks) {
    List<Finding> findings =
        Stream.concat(
                tables.stream().flatMap(it -> it.findings().stream()),
                checks.stream().flatMap(it -> it.findings().stream()))
            .sorted(Comparator.comparing(Finding::severity))
            .toList();
    List<Verdict> verdicts =
        Stream.concat(
                tables.stream().map(TableComparison.Result::verdict),
                checks.stream().map(Check.Result::verdict))
            .toList();
    return new VerificationSummary(
        overall(verdicts),
        VerdictDigest.of(input.run(), tables, checks),
        tables.size(),
        tables.stream().mapToLong(TableComparison.Result::rows).sum(),
        (int) tables.stream().filter(it -> it.targetDigest() != null).count() * PAIRS_PER_TABLE,
        shortened(findings));
  }

  private static Verdict overall(List<Verdict> verdicts) {
    if (verdicts.contains(Verdict.FAILED)) {
      return Verdict.FAILED;
    }
    return verdicts.contains(Verdict.COULD_NOT_VERIFY) ? Verdict.COULD_NOT_VERIFY : Verdict.PASSED;
  }

  private static List<Finding> shortened(List<Finding> findings) {
    int most = PreflightReport.MOST_FINDINGS;
    if (findings.size() <= most) {
      return findings;
    }
    List<Finding> some = new ArrayList<>(findings.subList(0, most - 1));
    int left = findings.size() - some.size();
    some.add(Finding.warning("verification", left + " more findings are not listed", ""));
    return some;
  }

  /** One database as its catalog describes it. */
  private record Side(
      Map<QualifiedName, Table> tables,
      Map<QualifiedName, List<PageRange>> ranges,
      List<ForeignKey> foreignKeys,
      Map<QualifiedName, Map<String, String>> triggers,
      Map<QualifiedName, Sequences.State> sequences,
      List<Sequence> numbering) {
    private static Side read(Connection connection, List<Table> read, List<String> schemas)
        throws SQLException {
      Map<QualifiedName, Table> tables =
          read.stream()
              .collect(
                  Collectors.toMap(
                      Table::name, Function.identity(), (one, other) -> one, TreeMap::new));
      Map<QualifiedName, List<PageRange>> ranges = new HashMap<>();
      for (Table table : tables.values()) {
        ranges.put(table.name(), PageRange.of(connection, table));
      }
      return new Side(
          tables,
          ranges,
          ForeignKey.read(connection),
          Triggers.read(connection, tables.keySet()),
          Sequences.read(connection, schemas),
          Sequence.read(connection, schemas));
    }
  }

  /** What the ledger says about the run. */
  private record Ledger(
      Map<QualifiedName, TableDigest> exported,
      Map<QualifiedName, List<WireType>> wires,
      Map<QualifiedName, Map<String, IdKind>> mapped) {
    private static Ledger read(Connection connection, StepInput input) throws SQLException {
      return new Ledger(
          VerifyLedger.exported(connection, input.run()),
          VerifyLedger.wires(connection, input.run()),
          RemapLedger.mappedColumns(connection, input.run()).stream()
              .collect(
                  Collectors.groupingBy(
                      MappedColumn::table,
                      TreeMap::new,
                      Collectors.toMap(MappedColumn::column, MappedColumn::kind))));
    }
  }
}
