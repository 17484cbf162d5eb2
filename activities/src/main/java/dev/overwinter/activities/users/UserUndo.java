package dev.overwinter.activities.users;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.UserLedger.Row;
import dev.overwinter.activities.users.UserOutcome.State;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.UserUndoSummary;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the accounts that a run made: those that the ledger names and that carry the run's marker
 * in Stack Auth. An account that was there before has no such marker; one that somebody has signed
 * in to since is kept and named in the log and the ledger. Used by one thread.
 */
final class UserUndo {
  private static final Logger LOG = LoggerFactory.getLogger(UserUndo.class);
  private static final int PAGE = 100;

  private final StepLock lock;
  private final UserLedger ledger;
  private final StackAuthClient client;
  private final StackAuthCalls calls;
  private final BoundedCalls threads;
  private final InDoubt inDoubt;
  private final String runId;
  private final StepContext context;

  private long done;
  private long total;

  private UserUndo(
      StepLock lock,
      UserLedger ledger,
      StackAuthClient client,
      StackAuthCalls calls,
      BoundedCalls threads,
      InDoubt inDoubt,
      String runId,
      StepContext context) {
    this.lock = lock;
    this.ledger = ledger;
    this.client = client;
    this.calls = calls;
    this.threads = threads;
    this.inDoubt = inDoubt;
    this.runId = runId;
    this.context = context;
  }

  /**
   * @throws StepException of type STEP_BUSY while an attempt at creating or undoing is at work
   */
  static UserUndoSummary run(
      Database target,
      StackAuthClient stackAuth,
      StackAuthPace pace,
      String runId,
      int parallelRequests,
      StepContext context) {
    StackAuthClient client = stackAuth.scoped();
    try (StepLock lock = StepLock.acquire(target, UserCreation.lockName(runId));
        BoundedCalls threads = new BoundedCalls(parallelRequests, client::cancelAll)) {
      StackAuthCalls calls =
          new StackAuthCalls(client, new RequestPacer(parallelRequests, pace), pace);
      UserLedger ledger = new UserLedger(lock, runId);
      InDoubt inDoubt = new InDoubt(lock, ledger, threads, calls, pace, runId);
      return new UserUndo(lock, ledger, client, calls, threads, inDoubt, runId, context).run();
    }
  }

  private UserUndoSummary run() {
    // Before the first deletion: deleting while the list is read would end it early.
    findUncertain();
    total = ledger.byState().get(State.CREATED);
    UUID after = null;
    List<Row> page = ledger.page(after, PAGE, State.CREATED);
    while (!page.isEmpty()) {
      threads.forEach(page, this::remove, this::record, this::tick);
      after = page.get(page.size() - 1).supabaseId();
      page = ledger.page(after, PAGE, State.CREATED);
    }
    Map<State, Long> states = ledger.byState();
    return new UserUndoSummary(states.get(State.REMOVED), states.get(State.CREATED));
  }

  /** Users without a known account may have one all the same. */
  private void findUncertain() {
    Set<UUID> uncertain = new HashSet<>();
    State[] states = {State.INTENDED, State.QUARANTINED, State.CONFLICT};
    UUID after = null;
    List<Row> page = ledger.page(after, PAGE, states);
    while (!page.isEmpty()) {
      page.forEach(row -> uncertain.add(row.supabaseId()));
      after = page.get(page.size() - 1).supabaseId();
      page = ledger.page(after, PAGE, states);
    }
    if (!uncertain.isEmpty()) {
      inDoubt.settle(uncertain, this::tick);
    }
  }

  private UserOutcome remove(Row row) {
    Optional<StackAuthAccount> account = calls.repeatable(() -> client.find(row.stackId()));
    if (account.isPresent()) {
      if (!account.get().madeBy(runId, row.supabaseId())) {
        return kept(row, "MARKER_MISSING");
      }
      boolean usedSince =
          row.idleSince() == null || account.get().activity().lastActiveAt() > row.idleSince();
      if (usedSince) {
        return kept(row, "SIGNED_IN_SINCE");
      }
      calls.repeatable(
          () -> {
            client.delete(row.stackId());
            return row;
          });
    }
    return new UserOutcome(row.supabaseId(), State.REMOVED, row.stackId(), row.idleSince(), null);
  }

  private static UserOutcome kept(Row row, String reason) {
    LOG.warn("Account {} of user {} is kept: {}", row.stackId(), row.supabaseId(), reason);
    return new UserOutcome(row.supabaseId(), State.CREATED, row.stackId(), row.idleSince(), reason);
  }

  private void record(List<UserOutcome> outcomes) {
    ledger.record(outcomes);
    done += outcomes.size();
  }

  private void tick() {
    lock.confirm();
    context.progress(new Progress(done, total, "users", "removing accounts"));
  }
}
