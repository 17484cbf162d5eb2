package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import java.util.List;

/**
 * What a run that carries tables left for later will do.
 *
 * @param first the run that went live, or null when something stands in the way
 * @param request what every further step is given: that run's request, for these tables alone; or
 *     null when something stands in the way
 * @param tables the tables, by their names in the source
 * @param findings what a person should know, blockers first
 */
public record LaterPlan(
    RunKey first, MigrationRequest request, List<String> tables, List<Finding> findings) {
  public LaterPlan {
    tables = List.copyOf(tables);
    findings = List.copyOf(findings);
  }

  /** A plan that cannot be followed. */
  public static LaterPlan refused(List<Finding> findings) {
    return new LaterPlan(null, null, List.of(), findings);
  }
}
