package dev.overwinter.activities.remap;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PageRange;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.remap.ReferenceColumn.Evidence;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Finds the columns that hold Supabase user ids, by evidence: foreign keys that lead to {@code
 * auth.users.id}, and values. Every value is looked at, range by range. What a column is called is
 * a hint, never a reason. Reads only; stateless.
 */
public final class ReferenceDiscovery {
  private static final Pattern LIKE_A_USER_ID =
      Pattern.compile(
          "(^|_)(user|owner|author|creator|member|profile|assignee|account)(_?u?ids?)?$|_by$|^uid$",
          Pattern.CASE_INSENSITIVE);

  private ReferenceDiscovery() {}

  /**
   * Finds the columns.
   *
   * @param tables the tables that are copied, in the target's shape
   * @param notCarried ids of users in {@code auth.users} who get no account; references to them
   *     count as unknown
   * @param lanes how many ranges of tables are looked through at one time, each over its own
   *     connection
   * @throws dev.overwinter.activities.StepException when the source refuses or breaks off
   */
  public static DiscoveredReferences discover(
      Database source,
      List<Projection> tables,
      ReferenceRules rules,
      Collection<UUID> notCarried,
      int lanes,
      StepContext context) {
    UserKeys keys =
        CancelGuard.inTransaction(source, "reading of foreign keys", UserKeys::read, context);
    Map<QualifiedName, Map<String, IdCounts>> counts =
        count(source, tables, notCarried, lanes, context);
    List<ReferenceColumn> columns = new ArrayList<>();
    List<Finding> findings = new ArrayList<>(ColumnNames.findWrong(rules.columns(), tables));
    for (Projection table : tables) {
      Map<String, IdCounts> ofTable = counts.getOrDefault(table.source(), Map.of());
      for (ProjectedColumn column : table.columns()) {
        String path = table.source() + "." + column.knownAs();
        IdCounts count = ofTable.getOrDefault(column.name(), IdCounts.NONE);
        Optional<IdKind> kind = IdKind.of(column.column());
        boolean foreignKey =
            column.sourceColumn() != null && keys.contain(table.source(), column.sourceColumn());
        Optional<Evidence> evidence = evidence(foreignKey, count, rules, path);
        if (kind.isPresent() && evidence.isPresent()) {
          columns.add(found(table, column, kind.get(), evidence.get(), count, rules));
          if (column.sourceColumn() == null && !rules.columns().containsKey(path)) {
            findings.add(undecided(path, count));
          }
        } else if (kind.isPresent() && LIKE_A_USER_ID.matcher(column.knownAs()).find()) {
          findings.add(
              Finding.note(path, "is named like a user id, but none of its values is one"));
        }
        lookCloser(path, count).ifPresent(findings::add);
      }
    }
    return new DiscoveredReferences(columns, findings);
  }

  /** One range of one table. */
  private record Part(Projection table, IdScan scan, PageRange range) {
    private Map<String, IdCounts> count(
        Database source, Collection<UUID> notCarried, StepContext lane) {
      return source.inTransaction(
          "search for user ids in " + table.source(),
          CancelGuard.guarding(lane, connection -> scan.run(connection, range, notCarried)));
    }
  }

  /** Largest ranges first, so that no lane is left with one at the end. */
  private static Map<QualifiedName, Map<String, IdCounts>> count(
      Database source,
      List<Projection> tables,
      Collection<UUID> notCarried,
      int lanes,
      StepContext context) {
    List<Part> parts =
        CancelGuard.inTransaction(
            source, "reading of sizes", connection -> parts(connection, tables), context);
    Map<QualifiedName, Map<String, IdCounts>> counts = new ConcurrentHashMap<>();
    List<Lanes.Task> tasks =
        parts.stream()
            .sorted(Comparator.comparingLong((Part it) -> it.range().pages()).reversed())
            .map(
                part ->
                    new Lanes.Task(
                        part.table().source().toString(),
                        lane ->
                            counts.merge(
                                part.table().source(),
                                part.count(source, notCarried, lane),
                                ReferenceDiscovery::sum)))
            .toList();
    Lanes.run(lanes, "ranges", tasks, context);
    return counts;
  }

  private static List<Part> parts(Connection source, List<Projection> tables) throws SQLException {
    List<Part> parts = new ArrayList<>();
    for (Projection table : tables) {
      Optional<IdScan> scan = IdScan.of(table);
      if (scan.isPresent()) {
        for (PageRange range : PageRange.of(source, table.table())) {
          parts.add(new Part(table, scan.get(), range));
        }
      }
    }
    return parts;
  }

  private static Map<String, IdCounts> sum(Map<String, IdCounts> one, Map<String, IdCounts> other) {
    Map<String, IdCounts> sum = new HashMap<>(one);
    other.forEach((column, counts) -> sum.merge(column, counts, IdCounts::plus));
    return sum;
  }

  private static Optional<Evidence> evidence(
      boolean foreignKey, IdCounts count, ReferenceRules rules, String path) {
    if (foreignKey) {
      return Optional.of(Evidence.FOREIGN_KEY);
    }
    if (count.ofUsers() > 0) {
      return Optional.of(Evidence.VALUES);
    }
    return rules.columns().containsKey(path) ? Optional.of(Evidence.REQUEST) : Optional.empty();
  }

  /** An expression may have made its ids of anything; that it makes user ids is for a person. */
  private static Finding undecided(String path, IdCounts count) {
    return Finding.blocker(
        path,
        "is made by an expression, and %d of its values are user ids".formatted(count.ofUsers()),
        "Say whether they are to be replaced: \"references\": {\"columns\": {\"%s\": \"map\"}}, or \"leave\"."
            .formatted(path));
  }

  private static ReferenceColumn found(
      Projection table,
      ProjectedColumn column,
      IdKind kind,
      Evidence evidence,
      IdCounts count,
      ReferenceRules rules) {
    return new ReferenceColumn(
        table.source(),
        column.knownAs(),
        column.name(),
        kind,
        evidence,
        count.known(),
        count.unknown(evidence == Evidence.FOREIGN_KEY),
        rules
            .columns()
            .getOrDefault(table.source() + "." + column.knownAs(), ReferenceTreatment.MAP));
  }

  private static Optional<Finding> lookCloser(String path, IdCounts count) {
    if (count.embedded() > 0) {
      return Optional.of(
          Finding.warning(
              path,
              "holds %d user ids inside longer values, which stay as they are."
                  .formatted(count.embedded()),
              "Change them in the application after go-live if it follows them."));
    }
    if (count.mixedCase() > 0) {
      return Optional.of(
          Finding.warning(
              path,
              "holds %d user ids in mixed upper and lower case, which stay as they are."
                  .formatted(count.mixedCase()),
              "Write them in one case in the source before the freeze."));
    }
    return Optional.empty();
  }
}
