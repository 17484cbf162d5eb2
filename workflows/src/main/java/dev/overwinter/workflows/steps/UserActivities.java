package dev.overwinter.workflows.steps;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Carries people from Supabase Auth to Stack Auth. */
@ActivityInterface
public interface UserActivities {
  /**
   * Creates one account for each user that is to be carried and records the mapping in the ledger.
   * Fails with {@code UsersQuarantined} or {@code UserConflicts} when single users need a decision,
   * after all others were done.
   */
  @ActivityMethod
  UserSummary createUsers(StepInput input);

  /** Writes {@code user-mapping.json} from the ledger, readable by its owner only. */
  @ActivityMethod
  MappingFileSummary writeMapping(StepInput input);

  /** Removes the accounts that this run made, and no other. */
  @ActivityMethod
  UserUndoSummary undoUsers(StepInput input);
}
