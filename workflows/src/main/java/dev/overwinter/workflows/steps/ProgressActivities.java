package dev.overwinter.workflows.steps;

import dev.overwinter.workflows.status.StepProgress;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Looks how far the step at work is. Reads only. */
@ActivityInterface
public interface ProgressActivities {
  /**
   * Waits as long as it is told and then takes a picture from the ledger. Knows of {@code EXPORT},
   * {@code CREATE_USERS} and {@code IMPORT}.
   *
   * @return at most {@link #MOST_TABLES} tables; no names of people, no values
   */
  @ActivityMethod
  StepProgress observe(ObserveInput input);

  /** More tables than this are counted, not listed: pictures stay in the history. */
  int MOST_TABLES = 15;
}
