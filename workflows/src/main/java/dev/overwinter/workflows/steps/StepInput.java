package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import java.util.Objects;

/**
 * What every activity is given: which run it works for, and what was asked for.
 *
 * @param run the run
 * @param request the request
 */
public record StepInput(RunKey run, MigrationRequest request) {
  public StepInput {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(request, "request");
  }
}
