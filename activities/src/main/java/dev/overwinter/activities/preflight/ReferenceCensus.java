package dev.overwinter.activities.preflight;

import dev.overwinter.workflows.steps.Finding;
import java.util.List;

/** Looks for columns that hold user ids. A boundary between preflight and remapping. */
@FunctionalInterface
public interface ReferenceCensus {
  /** Looks for them in the source. */
  References look();

  /**
   * What was found.
   *
   * @param columns columns that hold user ids
   * @param findings what a person should know about them
   */
  record References(int columns, List<Finding> findings) {
    public References {
      findings = List.copyOf(findings);
    }
  }
}
