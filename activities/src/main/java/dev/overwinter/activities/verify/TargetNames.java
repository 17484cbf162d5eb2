package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.activities.verify.ForeignKey.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the source's tables and columns are called in the target. Immutable. */
final class TargetNames {
  private final Map<QualifiedName, Projection> bySource = new TreeMap<>();

  TargetNames(List<Projection> tables) {
    tables.forEach(table -> bySource.put(table.source(), table));
  }

  /** The tables of the target that were loaded. */
  Set<QualifiedName> tables() {
    Set<QualifiedName> tables = new TreeSet<>();
    bySource.values().forEach(table -> tables.add(table.target()));
    return tables;
  }

  /** A carried table's name in the target. */
  Optional<QualifiedName> ofTable(QualifiedName source) {
    return Optional.ofNullable(bySource.get(source)).map(Projection::target);
  }

  /** The same by the target's names, of those that are carried. */
  <T> Map<QualifiedName, T> ofTables(Map<QualifiedName, T> bySourceName) {
    Map<QualifiedName, T> byTargetName = new HashMap<>();
    bySourceName.forEach(
        (name, value) -> ofTable(name).ifPresent(target -> byTargetName.put(target, value)));
    return byTargetName;
  }

  /**
   * The carried tables' foreign keys by the target's names. A key is left out when one of its
   * columns is not carried as it is, for the target can have no such key.
   */
  List<ForeignKey> ofKeys(List<ForeignKey> keys) {
    List<ForeignKey> translated = new ArrayList<>();
    for (ForeignKey key : keys) {
      Reference from = key.reference();
      if (bySource.containsKey(from.table())) {
        Reference to =
            new Reference(
                ofTable(from.table()).orElseThrow(),
                columns(from.table(), from.columns()),
                ofTable(from.other()).orElse(from.other()),
                columns(from.other(), from.otherColumns()));
        if (to.columns().size() == from.columns().size()
            && to.otherColumns().size() == from.otherColumns().size()) {
          translated.add(key.withReference(to));
        }
      }
    }
    return translated;
  }

  private List<String> columns(QualifiedName table, List<String> inSource) {
    Projection projection = bySource.get(table);
    return projection == null
        ? inSource
        : inSource.stream().map(projection::nameInTarget).flatMap(Optional::stream).toList();
  }
}
