package dev.overwinter.activities.later;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.workflows.request.LaterRequest;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * In which order tables can be loaded while their foreign keys are checked, by the target's keys.
 */
final class LoadOrder {
  private static final String REFERS_TO_ITSELF =
      """
      SELECT EXISTS (
        SELECT FROM pg_catalog.pg_constraint k
         WHERE k.contype = 'f'
           AND COALESCE(pg_catalog.pg_partition_root(k.conrelid), k.conrelid) = ?::regclass
           AND COALESCE(pg_catalog.pg_partition_root(k.confrelid), k.confrelid) = ?::regclass)
      """;

  private LoadOrder() {}

  /**
   * The tables with their places in the order.
   *
   * @param inTarget the target's tables, those that are loaded among them
   * @return empty when some refer to each other in a circle
   */
  static Optional<List<LaterTableInLedger>> of(
      Connection target,
      MigrationRequest request,
      LaterRequest later,
      List<QualifiedName> sources,
      Map<QualifiedName, Table> inTarget)
      throws SQLException {
    Map<QualifiedName, Integer> levels = new HashMap<>();
    Set<QualifiedName> names = new TreeSet<>();
    sources.forEach(source -> names.add(target(request, source)));
    int level = 0;
    while (levels.size() < names.size()) {
      List<QualifiedName> free = new ArrayList<>();
      for (QualifiedName name : names) {
        boolean waits =
            inTarget.get(name).references().stream()
                .anyMatch(other -> names.contains(other) && !levels.containsKey(other));
        if (!levels.containsKey(name) && !waits) {
          free.add(name);
        }
      }
      if (free.isEmpty()) {
        return Optional.empty();
      }
      for (QualifiedName name : free) {
        levels.put(name, level);
      }
      level++;
    }
    List<LaterTableInLedger> order = new ArrayList<>();
    for (QualifiedName source : sources) {
      QualifiedName there = target(request, source);
      order.add(
          new LaterTableInLedger(
              0,
              source,
              there,
              levels.get(there),
              refersToItself(target, there),
              TableSelection.fires(later, source.toString())));
    }
    return Optional.of(order);
  }

  static Finding circle() {
    return Finding.blocker(
        "foreign keys",
        "Tables refer to each other in a circle, so that none of them can be loaded first.",
        "Drop one of the keys, carry the tables, and add it again.");
  }

  private static boolean refersToItself(Connection target, QualifiedName table)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(REFERS_TO_ITSELF)) {
      statement.setString(1, table.sql());
      statement.setString(2, table.sql());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  static QualifiedName target(MigrationRequest request, QualifiedName source) {
    return Projections.target(source, Projections.rule(request, source));
  }
}
