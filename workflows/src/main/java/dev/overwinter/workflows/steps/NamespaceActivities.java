package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Asks the Temporal service what it can do. */
@ActivityInterface
public interface NamespaceActivities {
  /** The state of a run, a Keyword: a name of {@code RunState}. */
  String STATE = "MigrationState";

  /** The step at work or the last one, a Keyword: a name of {@code Step}. */
  String STEP = "MigrationStep";

  /** Whether the run waits for somebody, a Bool. */
  String NEEDS_OPERATOR = "MigrationNeedsOperator";

  /**
   * Whether the three search attributes above are registered, each with its type. Setting one that
   * is not would block a run for ever.
   *
   * @return false, too, where the service does not tell
   */
  @ActivityMethod
  boolean hasSearchAttributes();
}
