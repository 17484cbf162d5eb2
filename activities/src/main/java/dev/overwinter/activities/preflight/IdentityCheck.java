package dev.overwinter.activities.preflight;

import dev.overwinter.workflows.steps.Finding;
import java.util.List;

/** Looks whether Stack Auth can be reached and is set up. A boundary to what knows its API. */
@FunctionalInterface
public interface IdentityCheck {
  /** What a person should know; empty when all is well. */
  List<Finding> check();
}
