package dev.overwinter.activities.postgres;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Dependency levels of tables that refer to each other: level 0 refers to nothing, every other
 * table is one above the highest it refers to. References inside a cycle (a strongly connected
 * component, by Tarjan's algorithm) do not count, nor do those to tables that are not asked about.
 */
final class DependencyLevels {
  private final Map<QualifiedName, ? extends Collection<QualifiedName>> references;
  private final Map<QualifiedName, Integer> index = new HashMap<>();
  private final Map<QualifiedName, Integer> lowest = new HashMap<>();
  private final Map<QualifiedName, Integer> levels = new HashMap<>();
  private final Deque<QualifiedName> open = new ArrayDeque<>();

  private DependencyLevels(Map<QualifiedName, ? extends Collection<QualifiedName>> references) {
    this.references = references;
  }

  /**
   * @param references the tables that each table refers to
   * @return a level for each key
   */
  static Map<QualifiedName, Integer> of(
      Map<QualifiedName, ? extends Collection<QualifiedName>> references) {
    DependencyLevels levels = new DependencyLevels(references);
    for (QualifiedName table : references.keySet()) {
      if (!levels.index.containsKey(table)) {
        levels.visit(table);
      }
    }
    return levels.levels;
  }

  private void visit(QualifiedName table) {
    int number = index.size();
    index.put(table, number);
    lowest.put(table, number);
    open.push(table);
    for (QualifiedName referenced : references.get(table)) {
      if (!references.containsKey(referenced) || levels.containsKey(referenced)) {
        continue;
      }
      if (!index.containsKey(referenced)) {
        visit(referenced);
      }
      // A table with a level is in a finished component; what is open is in this one or above.
      if (!levels.containsKey(referenced)) {
        lowest.merge(table, lowest.get(referenced), Math::min);
      }
    }
    if (lowest.get(table) == number) {
      closeComponent(table);
    }
  }

  private void closeComponent(QualifiedName root) {
    Map<QualifiedName, Integer> component = new HashMap<>();
    QualifiedName member;
    do {
      member = open.pop();
      component.put(member, levelOf(member));
    } while (!member.equals(root));
    levels.putAll(component);
  }

  /** Only finished components have levels, so that what is inside this one does not count. */
  private int levelOf(QualifiedName table) {
    return references.get(table).stream()
        .filter(levels::containsKey)
        .mapToInt(referenced -> levels.get(referenced) + 1)
        .max()
        .orElse(0);
  }
}
