package dev.overwinter.activities.preflight;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.StepInput;
import java.util.List;
import java.util.Map;

/**
 * Looks at the users of Supabase Auth and at their new home. A boundary between preflight and what
 * knows people.
 */
@FunctionalInterface
public interface UserCensus {
  /** Looks; changes nothing. */
  Users look(StepInput input, StepContext context);

  /**
   * What was found.
   *
   * @param byClass users by class; classes without users may be left out
   * @param findings what a person should know about them and about Stack Auth
   */
  record Users(Map<UserClass, Long> byClass, List<Finding> findings) {
    public Users {
      byClass = Map.copyOf(byClass);
      findings = List.copyOf(findings);
    }
  }
}
