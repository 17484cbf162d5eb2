package dev.overwinter.activities.users;

import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * What became of one user.
 *
 * @param stackId the account, or null where there is none
 * @param idleSince see {@link StackAuthAccount.Activity#baseline}; null unless created
 * @param failureCode why there is no account, or null
 */
record UserOutcome(UUID supabaseId, State state, UUID stackId, Long idleSince, String failureCode) {
  UserOutcome {
    Objects.requireNonNull(supabaseId, "supabaseId");
    Objects.requireNonNull(state, "state");
  }

  static UserOutcome created(UUID user, StackAuthAccount account) {
    return new UserOutcome(user, State.CREATED, account.id(), account.activity().baseline(), null);
  }

  static UserOutcome adopted(UUID user, StackAuthAccount account) {
    return new UserOutcome(user, State.ADOPTED, account.id(), null, null);
  }

  static UserOutcome without(UUID user, State state, String failureCode) {
    return new UserOutcome(user, state, null, null, failureCode);
  }

  /** The states of a user in the ledger. */
  enum State {
    /** An account is being made; whether it was is unknown until it is looked up. */
    INTENDED,
    CREATED,
    ADOPTED,
    SKIPPED,
    CONFLICT,
    QUARANTINED,
    REMOVED;

    String sql() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
