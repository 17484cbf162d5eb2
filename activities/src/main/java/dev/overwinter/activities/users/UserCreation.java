package dev.overwinter.activities.users;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.users.UserCreator.Candidate;
import dev.overwinter.activities.users.UserLedger.Beginning;
import dev.overwinter.activities.users.UserLedger.Row;
import dev.overwinter.activities.users.UserOutcome.State;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.request.UserTreatment;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.UserSummary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One attempt at giving every user an account, wherever the attempt before it ended. Users are
 * written to the ledger as intended before the first request for them is sent; whoever is found
 * there as intended may have an account already and is looked up first. Used by one thread.
 */
final class UserCreation {
  private static final int LISTED_USERS = 20;

  /** Codes of users for whom no request was ever sent. */
  private static final String NO_RULE = "NO_RULE_FOR_";

  private final StepLock lock;
  private final SupabaseUserReader reader;
  private final StackAuthUserMapper mapper;
  private final UserLedger ledger;
  private final UserCreator creator;
  private final BoundedCalls threads;
  private final InDoubt inDoubt;
  private final UserRules rules;
  private final StepContext context;

  private long total;
  private long done;

  private UserCreation(
      StepLock lock,
      SupabaseUserReader reader,
      StackAuthUserMapper mapper,
      UserLedger ledger,
      UserCreator creator,
      BoundedCalls threads,
      InDoubt inDoubt,
      UserRules rules,
      StepContext context) {
    this.lock = lock;
    this.reader = reader;
    this.mapper = mapper;
    this.ledger = ledger;
    this.creator = creator;
    this.threads = threads;
    this.inDoubt = inDoubt;
    this.rules = rules;
    this.context = context;
  }

  /**
   * @throws StepException of type USERS_QUARANTINED or USER_CONFLICTS when single users are left
   *     over; of type STEP_BUSY while another attempt is at work
   */
  static UserSummary run(
      Database source,
      Database target,
      StackAuthClient stackAuth,
      StackAuthPace pace,
      String runId,
      UserRules rules,
      StepContext context) {
    StackAuthClient client = stackAuth.scoped();
    try (StepLock lock = StepLock.acquire(target, lockName(runId));
        BoundedCalls threads = new BoundedCalls(rules.parallelRequests(), client::cancelAll)) {
      RequestPacer pacer = new RequestPacer(rules.parallelRequests(), pace);
      StackAuthCalls calls = new StackAuthCalls(client, pacer, pace);
      UserLedger ledger = new UserLedger(lock, runId);
      StackAuthProject project =
          threads.one(() -> calls.repeatable(client::project), lock::confirm);
      return new UserCreation(
              lock,
              new SupabaseUserReader(source),
              new StackAuthUserMapper(runId, project),
              ledger,
              new UserCreator(client, calls, lock, runId, rules.existingAccounts()),
              threads,
              new InDoubt(lock, ledger, threads, calls, pace, runId),
              rules,
              context)
          .run();
    }
  }

  /** Creating and undoing exclude each other. */
  static String lockName(String runId) {
    return "users " + runId;
  }

  private UserSummary run() {
    total = reader.count();
    ledger.reopen(NO_RULE);
    Map<State, Long> states = ledger.byState();
    states.remove(State.INTENDED);
    done = states.values().stream().mapToLong(Long::longValue).sum();
    settle();
    UUID after = null;
    List<SupabaseUser> page = reader.page(after);
    while (!page.isEmpty()) {
      begin(page);
      after = page.get(page.size() - 1).id();
      page = reader.page(after);
    }
    settle();
    return summary();
  }

  private void begin(List<SupabaseUser> page) {
    Set<UUID> known = ledger.known(page.stream().map(SupabaseUser::id).toList());
    List<Beginning> beginnings = new ArrayList<>();
    List<Candidate> candidates = new ArrayList<>();
    for (SupabaseUser user : page) {
      if (known.contains(user.id())) {
        continue;
      }
      UserClass userClass = UserClassifier.classify(user);
      UserTreatment treatment = rules.treatments().get(userClass);
      switch (treatment) {
        case CARRY, CARRY_WITHOUT_PASSWORD -> {
          StackAuthUser account = mapper.map(user, treatment);
          candidates.add(new Candidate(user.id(), account));
          beginnings.add(
              new Beginning(
                  UserOutcome.without(user.id(), State.INTENDED, null),
                  userClass,
                  account.needsPassword()));
        }
        case SKIP ->
            beginnings.add(
                new Beginning(
                    UserOutcome.without(user.id(), State.SKIPPED, "BY_RULE"), userClass, false));
        case STOP ->
            beginnings.add(
                new Beginning(
                    UserOutcome.without(user.id(), State.QUARANTINED, NO_RULE + userClass.name()),
                    userClass,
                    false));
      }
    }
    ledger.begin(beginnings);
    beginnings.forEach(beginning -> count(beginning.outcome().state()));
    done += beginnings.size() - candidates.size();
    threads.forEach(candidates, unlessStopping(creator::create), this::record, this::tick);
  }

  /** Brings every intended user to an end; each round either does or uses up an attempt. */
  private void settle() {
    boolean more = true;
    while (more) {
      more = false;
      Set<UUID> unguarded = new HashSet<>();
      UUID after = null;
      List<Row> page = ledger.page(after, SupabaseUserReader.PAGE, State.INTENDED);
      while (!page.isEmpty()) {
        List<UUID> ids = page.stream().map(Row::supabaseId).toList();
        List<Candidate> candidates = candidates(ids);
        List<Candidate> guarded =
            candidates.stream().filter(candidate -> candidate.account().guarded()).toList();
        unguarded.addAll(ids);
        guarded.forEach(candidate -> unguarded.remove(candidate.supabaseId()));
        threads.forEach(guarded, unlessStopping(creator::resume), this::record, this::tick);
        after = ids.get(ids.size() - 1);
        page = ledger.page(after, SupabaseUserReader.PAGE, State.INTENDED);
      }
      if (!unguarded.isEmpty()) {
        inDoubt.settle(unguarded, this::tick);
        recreate();
        more = true;
      }
    }
  }

  /** Tries again for users of whom it is now certain that they have no account. */
  private void recreate() {
    UUID after = null;
    List<Row> page = ledger.page(after, SupabaseUserReader.PAGE, State.INTENDED);
    while (!page.isEmpty()) {
      Map<UUID, Candidate> candidates =
          candidates(page.stream().map(Row::supabaseId).toList()).stream()
              .collect(Collectors.toMap(Candidate::supabaseId, Function.identity()));
      List<UserOutcome> givenUp = new ArrayList<>();
      List<Candidate> again = new ArrayList<>();
      for (Row row : page) {
        Candidate candidate = candidates.get(row.supabaseId());
        if (candidate == null) {
          givenUp.add(UserOutcome.without(row.supabaseId(), State.SKIPPED, "GONE_FROM_SOURCE"));
        } else if (row.attempts() >= UserCreator.MOST_ATTEMPTS) {
          givenUp.add(UserOutcome.without(row.supabaseId(), State.QUARANTINED, "OUTCOME_UNKNOWN"));
        } else {
          again.add(candidate);
        }
      }
      record(givenUp);
      ledger.begin(again.stream().map(Candidate::supabaseId).toList());
      threads.forEach(again, unlessStopping(creator::create), this::record, this::tick);
      after = page.get(page.size() - 1).supabaseId();
      page = ledger.page(after, SupabaseUserReader.PAGE, State.INTENDED);
    }
  }

  /** When the process is to stop, requests in flight are waited for and no other is sent. */
  private Function<Candidate, UserOutcome> unlessStopping(
      Function<Candidate, UserOutcome> request) {
    return candidate -> {
      context.border();
      return request.apply(candidate);
    };
  }

  private List<Candidate> candidates(List<UUID> ids) {
    Map<UUID, Candidate> candidates = new HashMap<>();
    for (SupabaseUser user : reader.byIds(ids)) {
      UserTreatment treatment = rules.treatments().get(UserClassifier.classify(user));
      candidates.put(user.id(), new Candidate(user.id(), mapper.map(user, treatment)));
    }
    return ids.stream().filter(candidates::containsKey).map(candidates::get).toList();
  }

  private void record(List<UserOutcome> outcomes) {
    ledger.record(outcomes);
    outcomes.forEach(outcome -> count(outcome.state()));
    done += outcomes.stream().filter(outcome -> outcome.state() != State.INTENDED).count();
  }

  private void count(State state) {
    switch (state) {
      case CREATED -> context.count(Measure.USERS_CREATED, 1);
      case ADOPTED -> context.count(Measure.USERS_ADOPTED, 1);
      case SKIPPED -> context.count(Measure.USERS_SKIPPED, 1);
      case CONFLICT, QUARANTINED -> context.count(Measure.USERS_LEFT_OVER, 1);
      case INTENDED, REMOVED -> {}
    }
  }

  private void tick() {
    lock.confirm();
    context.progress(new Progress(Math.min(done, total), total, "users", "creating accounts"));
  }

  private UserSummary summary() {
    Map<State, Long> states = ledger.byState();
    long quarantined = states.get(State.QUARANTINED);
    long conflicts = states.get(State.CONFLICT);
    if (quarantined + conflicts > 0) {
      throw new StepException(
          quarantined > 0 ? FailureType.USERS_QUARANTINED : FailureType.USER_CONFLICTS,
          leftOver(quarantined, conflicts));
    }
    return new UserSummary(
        states.get(State.CREATED),
        states.get(State.ADOPTED),
        states.get(State.SKIPPED),
        ledger.needPassword(),
        ledger.byClass());
  }

  private String leftOver(long quarantined, long conflicts) {
    String ids =
        ledger.page(null, LISTED_USERS, State.QUARANTINED, State.CONFLICT).stream()
            .map(row -> row.supabaseId().toString())
            .collect(Collectors.joining(", "));
    return """
        %d users could not be created and %d have an e-mail that another account signs in with; \
        all others are done. Supabase ids%s: %s. The reason for each is the failure_code in \
        overwinter.user_account on the target. Remove the cause, then retry the step: it goes on \
        with these users only."""
        .formatted(
            quarantined,
            conflicts,
            quarantined + conflicts > LISTED_USERS ? " (the first " + LISTED_USERS + ")" : "",
            ids);
  }
}
