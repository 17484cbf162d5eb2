package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.LaterRequest;
import java.util.Objects;

/**
 * What opens a run that carries tables left for later.
 *
 * @param run the run that is to carry them
 * @param request what was asked for
 */
public record LaterInput(RunKey run, LaterRequest request) {
  public LaterInput {
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(request, "request");
  }
}
