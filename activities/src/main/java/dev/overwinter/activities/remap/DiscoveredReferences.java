package dev.overwinter.activities.remap;

import dev.overwinter.workflows.steps.Finding;
import java.util.List;

/**
 * What discovery found.
 *
 * @param columns the columns that hold user ids, in the order of tables and columns
 * @param findings what a person should know
 */
public record DiscoveredReferences(List<ReferenceColumn> columns, List<Finding> findings) {
  public DiscoveredReferences {
    columns = List.copyOf(columns);
    findings = List.copyOf(findings);
  }
}
