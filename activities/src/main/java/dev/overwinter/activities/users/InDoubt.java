package dev.overwinter.activities.users;

import dev.overwinter.activities.users.UserOutcome.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Finds the accounts of users for whom a request may or may not have taken effect, by reading all
 * accounts of the service once: it can search for nothing that these users have. Used by one
 * thread.
 */
final class InDoubt {
  private static final int BATCH = 100;
  private static final State[] UNCERTAIN = {State.INTENDED, State.QUARANTINED, State.CONFLICT};

  private final StepLock lock;
  private final UserLedger ledger;
  private final BoundedCalls threads;
  private final StackAuthCalls calls;
  private final StackAuthPace pace;
  private final String runId;

  InDoubt(
      StepLock lock,
      UserLedger ledger,
      BoundedCalls threads,
      StackAuthCalls calls,
      StackAuthPace pace,
      String runId) {
    this.lock = lock;
    this.ledger = ledger;
    this.threads = threads;
    this.calls = calls;
    this.pace = pace;
    this.runId = runId;
  }

  /**
   * Records the accounts that exist. Whoever of the users is still not created afterwards has none
   * and never will by a request sent before.
   *
   * @param users ids; those that were found are removed
   */
  void settle(Set<UUID> users, Runnable tick) {
    awaitRequestsUnderWay(tick);
    List<UserOutcome> found = threads.one(() -> find(users), tick);
    for (int from = 0; from < found.size(); from += BATCH) {
      ledger.record(found.subList(from, Math.min(from + BATCH, found.size())));
    }
  }

  private List<UserOutcome> find(Set<UUID> users) {
    List<UserOutcome> found = new ArrayList<>();
    calls.scan(
        account -> {
          UUID user = userOf(account);
          if (user != null && users.remove(user)) {
            found.add(UserOutcome.created(user, account));
          }
        });
    return found;
  }

  /**
   * A request that was given up may still be carried out, and so may one of an earlier attempt that
   * does not know yet that it has lost the lock.
   */
  private void awaitRequestsUnderWay(Runnable tick) {
    while (true) {
      Duration quiet = shorter(lock.age(), ledger.youngest(UNCERTAIN));
      long left = pace.settleTime().minus(quiet).toMillis();
      if (left <= 0) {
        return;
      }
      tick.run();
      try {
        Thread.sleep(Math.min(1000, left));
      } catch (InterruptedException e) {
        throw StackAuthCalls.interrupted();
      }
    }
  }

  private static Duration shorter(Duration one, Duration otherOrNull) {
    return otherOrNull == null || one.compareTo(otherOrNull) < 0 ? one : otherOrNull;
  }

  private UUID userOf(StackAuthAccount account) {
    if (!runId.equals(account.runId()) || account.supabaseId() == null) {
      return null;
    }
    try {
      return UUID.fromString(account.supabaseId());
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }
}
