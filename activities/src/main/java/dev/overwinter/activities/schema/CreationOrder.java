package dev.overwinter.activities.schema;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Puts definitions into an order in which each can be created. */
final class CreationOrder {
  private CreationOrder() {}

  /** What a definition needs, the table it belongs to among it. */
  static Set<ObjectKey> needs(Definition definition, Dependencies dependencies) {
    Set<ObjectKey> needs = new LinkedHashSet<>(dependencies.of(definition.key()));
    if (definition.belongsTo() != null) {
      needs.add(definition.belongsTo());
    }
    return needs;
  }

  /** Those that need each other in a circle are missing from it. */
  static List<Definition> of(Map<ObjectKey, Definition> definitions, Dependencies dependencies) {
    Map<ObjectKey, List<Definition>> awaitedBy = new HashMap<>();
    Map<ObjectKey, Integer> awaits = new HashMap<>();
    PriorityQueue<Definition> ready =
        new PriorityQueue<>(
            Comparator.comparing(Definition::kind)
                .thenComparing(definition -> definition.address().identity()));
    for (Definition definition : definitions.values()) {
      int open = 0;
      for (ObjectKey needed : needs(definition, dependencies)) {
        if (definitions.containsKey(needed)) {
          awaitedBy.computeIfAbsent(needed, key -> new ArrayList<>()).add(definition);
          open++;
        }
      }
      awaits.put(definition.key(), open);
      if (open == 0) {
        ready.add(definition);
      }
    }
    List<Definition> ordered = new ArrayList<>();
    while (!ready.isEmpty()) {
      Definition next = ready.remove();
      ordered.add(next);
      for (Definition waiting : awaitedBy.getOrDefault(next.key(), List.of())) {
        if (awaits.merge(waiting.key(), -1, Integer::sum) == 0) {
          ready.add(waiting);
        }
      }
    }
    return ordered;
  }
}
