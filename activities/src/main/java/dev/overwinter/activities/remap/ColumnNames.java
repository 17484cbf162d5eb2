package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.rules.ProjectedColumn;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Checks the columns that a request names. */
final class ColumnNames {
  private ColumnNames() {}

  /** One blocker for each name that no copied column has, or whose column cannot be mapped. */
  static List<Finding> findWrong(Map<String, ReferenceTreatment> named, List<Projection> tables) {
    Map<String, Column> existing = new TreeMap<>();
    for (Projection table : tables) {
      for (ProjectedColumn column : table.columns()) {
        existing.put(table.source() + "." + column.knownAs(), column.column());
      }
    }
    List<Finding> findings = new ArrayList<>();
    named.forEach(
        (path, treatment) -> {
          Column column = existing.get(path);
          if (column == null) {
            findings.add(unknown(path, nearest(path, existing.keySet())));
          } else if (treatment == ReferenceTreatment.MAP && IdKind.of(column).isEmpty()) {
            findings.add(
                Finding.blocker(
                    path,
                    "is to be mapped, but no user id can be replaced in type " + column.type(),
                    "Remove it from references.columns of the request."));
          }
        });
    return findings;
  }

  private static Finding unknown(String path, Optional<String> nearest) {
    return Finding.blocker(
        path,
        "is named in references.columns of the request, but no such column is copied",
        nearest
            .map(name -> "Did you mean " + name + "?")
            .orElse("Name columns as schema.table.column."));
  }

  private static Optional<String> nearest(String path, Iterable<String> names) {
    List<String> all = new ArrayList<>();
    names.forEach(all::add);
    return all.stream().min(Comparator.comparingInt(name -> distance(path, name)));
  }

  /** Levenshtein's. */
  private static int distance(String left, String right) {
    int[] above = new int[right.length() + 1];
    for (int column = 0; column < above.length; column++) {
      above[column] = column;
    }
    for (int row = 1; row <= left.length(); row++) {
      int[] current = new int[above.length];
      current[0] = row;
      for (int column = 1; column < above.length; column++) {
        int change = left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(above[column - 1] + change, 1 + Math.min(above[column], current[column - 1]));
      }
      above = current;
    }
    return above[right.length()];
  }
}
