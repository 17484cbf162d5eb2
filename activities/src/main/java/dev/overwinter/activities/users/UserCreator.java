package dev.overwinter.activities.users;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.users.StackAuthException.Kind;
import dev.overwinter.activities.users.UserOutcome.State;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.ExistingAccountRule;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the account of one user, once. Thread-safe; touches no database.
 *
 * <p>A request whose outcome is unknown is followed by a look-up, never by a blind repetition. For
 * a user without an e-mail to sign in with, the service would take a repetition for another person,
 * and a look-up right away would not see a request that is still under way: such a user stays
 * INTENDED for {@link UserCreation} to settle later.
 */
final class UserCreator {
  static final int MOST_ATTEMPTS = 3;

  /** So many lost requests without a single answer are no longer one user's problem. */
  private static final int LOST_REQUESTS_THAT_ARE_AN_OUTAGE = 60;

  private static final Logger LOG = LoggerFactory.getLogger(UserCreator.class);

  private final StackAuthClient client;
  private final StackAuthCalls calls;
  private final StepLock lock;
  private final String runId;
  private final ExistingAccountRule existingAccounts;
  private final AtomicInteger lostInARow = new AtomicInteger();

  UserCreator(
      StackAuthClient client,
      StackAuthCalls calls,
      StepLock lock,
      String runId,
      ExistingAccountRule existingAccounts) {
    this.client = client;
    this.calls = calls;
    this.lock = lock;
    this.runId = runId;
    this.existingAccounts = existingAccounts;
  }

  /** Makes the account of a user for whom no request is in doubt. */
  UserOutcome create(Candidate candidate) {
    UUID user = candidate.supabaseId;
    for (int attempt = 1; ; attempt++) {
      try {
        return UserOutcome.created(user, calls.once(() -> client.create(candidate.account.body())));
      } catch (StackAuthException e) {
        switch (e.kind()) {
          case EMAIL_TAKEN -> {
            return ownerOfEmail(candidate);
          }
          case REFUSED -> {
            return quarantined(user, e.code());
          }
          case OUTCOME_UNKNOWN -> {
            if (!candidate.account.guarded()) {
              return UserOutcome.without(user, State.INTENDED, e.code());
            }
            Optional<StackAuthAccount> made = madeForIt(candidate);
            if (made.isPresent()) {
              return UserOutcome.created(user, made.get());
            }
            if (attempt == MOST_ATTEMPTS) {
              return quarantined(user, e.code());
            }
          }
          case THROTTLED, MISCONFIGURED -> throw e;
        }
      }
    }
  }

  private StackAuthAccount send(Candidate candidate) {
    lock.requireHeld();
    try {
      StackAuthAccount made = client.create(candidate.account.body());
      lostInARow.set(0);
      return made;
    } catch (StackAuthException e) {
      if (e.kind() != Kind.OUTCOME_UNKNOWN) {
        lostInARow.set(0);
      } else if (lostInARow.incrementAndGet() >= LOST_REQUESTS_THAT_ARE_AN_OUTAGE) {
        throw new StepException(
            FailureType.IDENTITY_UNAVAILABLE,
            "Stack Auth created none of the last %d users (%s). Look at its log. It will be tried again."
                .formatted(LOST_REQUESTS_THAT_ARE_AN_OUTAGE, e.code()));
      }
      throw e;
    }
  }

  /** Makes the account of a user for whom an earlier request may have made one already. */
  UserOutcome resume(Candidate candidate) {
    Optional<StackAuthAccount> made = madeForIt(candidate);
    return made.isPresent()
        ? UserOutcome.created(candidate.supabaseId, made.get())
        : create(candidate);
  }

  private Optional<StackAuthAccount> madeForIt(Candidate candidate) {
    return calls.withEmail(candidate.account.email()).stream()
        .filter(account -> account.madeBy(runId, candidate.supabaseId))
        .findFirst();
  }

  private UserOutcome ownerOfEmail(Candidate candidate) {
    UUID user = candidate.supabaseId;
    List<StackAuthAccount> sameEmail = calls.withEmail(candidate.account.email());
    for (StackAuthAccount account : sameEmail) {
      if (account.madeBy(runId, user)) {
        return UserOutcome.created(user, account);
      }
    }
    String code = "EMAIL_TAKEN";
    Optional<StackAuthAccount> owner =
        sameEmail.stream().filter(StackAuthAccount::signsInWithEmail).findFirst();
    if (existingAccounts == ExistingAccountRule.SKIP) {
      return UserOutcome.without(user, State.SKIPPED, code);
    }
    if (existingAccounts == ExistingAccountRule.ADOPT_VERIFIED && owner.isPresent()) {
      boolean verifiedHere = candidate.account.body().path("primary_email_verified").asBoolean();
      if (verifiedHere && owner.get().emailVerified() && !ofThisRun(owner.get())) {
        return UserOutcome.adopted(user, owner.get());
      }
      code = "EMAIL_TAKEN_UNVERIFIED";
    }
    return UserOutcome.without(user, State.CONFLICT, code);
  }

  private boolean ofThisRun(StackAuthAccount account) {
    return runId.equals(account.runId());
  }

  private static UserOutcome quarantined(UUID user, String code) {
    LOG.warn("User {} could not be created: {}", user, code);
    return UserOutcome.without(user, State.QUARANTINED, code);
  }

  /** A user and the account to be made. */
  record Candidate(UUID supabaseId, StackAuthUser account) {}
}
