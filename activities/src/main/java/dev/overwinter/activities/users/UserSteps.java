package dev.overwinter.activities.users;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/**
 * The steps that carry people from Supabase Auth to Stack Auth. Each may be repeated at any time,
 * also after it was killed; a repetition while another attempt is at work fails with STEP_BUSY. The
 * ledger and the run's row in it exist before. Thread-safe.
 */
public final class UserSteps {
  private final Database source;
  private final Database target;
  private final StackAuthClient stackAuth;
  private final StackAuthPace pace;
  private final Clock clock;

  public UserSteps(
      Database source,
      Database target,
      StackAuthClient stackAuth,
      StackAuthPace pace,
      Clock clock) {
    this.source = source;
    this.target = target;
    this.stackAuth = stackAuth;
    this.pace = pace;
    this.clock = clock;
  }

  /** Counts users by class and finds what would stop or surprise; changes nothing. */
  public UserPreflightReport preflight(UserRules rules, StepContext context) {
    return UserPreflight.run(source, stackAuth, pace, rules, context);
  }

  /** Ids of the users in {@code auth.users} who get no account by rule. */
  public Set<UUID> skipped(UserRules rules, StepContext context) {
    return UserPreflight.skipped(source, rules, context);
  }

  /**
   * Gives every user that is to be carried exactly one account.
   *
   * @throws StepException of type USERS_QUARANTINED or USER_CONFLICTS when single users need a
   *     decision, after all others were done; a later call goes on with those only
   */
  public UserSummary createUsers(StepInput input, StepContext context) {
    return UserCreation.run(
        source, target, stackAuth, pace, input.run().runId(), input.request().users(), context);
  }

  /**
   * Writes {@code user-mapping.json}; a later call replaces it.
   *
   * @param directory where to; must exist
   */
  public MappingFileSummary writeMapping(StepInput input, Path directory, StepContext context) {
    Duration retention = Duration.ofDays(input.request().users().mappingRetentionDays());
    return MappingFile.write(
        source, target, input.run().runId(), directory, clock.instant(), retention, context);
  }

  /** Removes the accounts that the run made and nobody has used. */
  public UserUndoSummary undoUsers(StepInput input, StepContext context) {
    return UserUndo.run(
        target,
        stackAuth,
        pace,
        input.run().runId(),
        input.request().users().parallelRequests(),
        context);
  }
}
