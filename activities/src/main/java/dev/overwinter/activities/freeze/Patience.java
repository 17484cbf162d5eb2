package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long transactions in the way are waited for in all, and what is done about them meanwhile:
 * the operator is told who they are, and they are ended if the request says so. Used by one thread.
 */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  private static final int MOST_TOLD = 5;

  private final Database database;
  private final Guard guard;
  private final StepInput input;
  private final StepContext context;
  private final BackOff backOff;
  private final Map<String, Long> seenSince = new HashMap<>();
  private final Map<String, Long> inTheWaySince = new HashMap<>();
  private final Set<String> signalled = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  Patience(Database database, Guard guard, StepInput input, StepContext context) {
    this.database = database;
    this.guard = guard;
    this.input = input;
    this.context = context;
    this.backOff = new BackOff(Duration.ofSeconds(rules().drainSeconds()));
  }

  private FreezeRules rules() {
    return input.request().freeze();
  }

  /** How long the pauses from here on last; see {@link BackOff#pace}. */
  void pace(Duration first, Duration longest) {
    backOff.pace(first, longest);
  }

  /** Time that was spent on work does not count. */
  void worked(long nanos) {
    backOff.putOff(Duration.ofNanos(nanos));
  }

  /**
   * Those whose transaction is older than an age. Where our role may not know it, the time counts
   * for which we have seen it.
   *
   * @param all everybody who is there now
   */
  List<Blocker> olderThan(Duration age, List<Blocker> all) {
    keepTime(seenSince, all);
    return all.stream().filter(blocker -> ageOf(blocker) > age.toMillis()).toList();
  }

  /**
   * Waits a moment for those who are in the way.
   *
   * @param phase what waits for them, for the operator
   * @throws StepException WRITERS_IN_FLIGHT when the request allows no longer
   */
  void waitFor(String phase, List<Blocker> inTheWay) {
    inTheWay.forEach(it -> seenSince.putIfAbsent(it.transaction(), System.nanoTime()));
    keepTime(inTheWaySince, inTheWay);
    if (rules().endWritersSeconds() > 0 && guard == Guard.SOURCE) {
      inTheWay.forEach(this::endWhenDue);
    }
    String told = describe(inTheWay);
    context.progress(
        new Progress(0, inTheWay.size(), "writers in flight", phase + ", waits for " + told));
    if (backOff.isOver()) {
      throw new StepException(
          FailureType.WRITERS_IN_FLIGHT,
          "The %s could not be frozen within %d s because of %s. It takes writes as before. Let them end, or end them with pg_terminate_backend (prepared transactions with ROLLBACK PREPARED), then retry the step. The request's freeze.drain allows writers longer, and its freeze.endWriters ends them."
              .formatted(guard.side(), rules().drainSeconds(), told));
    }
    backOff.pause();
  }

  private static void keepTime(Map<String, Long> since, List<Blocker> present) {
    Set<String> transactions =
        present.stream().map(Blocker::transaction).collect(Collectors.toSet());
    since.keySet().retainAll(transactions);
    transactions.forEach(transaction -> since.putIfAbsent(transaction, System.nanoTime()));
  }

  private static long millisSince(Map<String, Long> since, Blocker blocker) {
    return (System.nanoTime() - since.get(blocker.transaction())) / 1_000_000;
  }

  private long ageOf(Blocker blocker) {
    return blocker.millis() != null ? blocker.millis() : millisSince(seenSince, blocker);
  }

  private String describe(List<Blocker> inTheWay) {
    if (inTheWay.isEmpty()) {
      return "a session that is gone by now";
    }
    String told =
        inTheWay.stream()
            .sorted(Comparator.comparingLong(this::ageOf).reversed())
            .limit(MOST_TOLD)
            .map(
                blocker ->
                    blocker.describe(ageOf(blocker))
                        + (refused.contains(blocker.transaction())
                            ? " which our role may not end"
                            : ""))
            .collect(Collectors.joining("; "));
    int more = inTheWay.size() - MOST_TOLD;
    return more > 0 ? "%s; and %d more".formatted(told, more) : told;
  }

  private void endWhenDue(Blocker blocker) {
    long stood = millisSince(inTheWaySince, blocker);
    if (stood < rules().endWritersSeconds() * 1_000
        || !blocker.client()
        || !signalled.add(blocker.transaction())) {
      return;
    }
    try {
      if (EndedWriters.end(database, input.run(), blocker)) {
        LOG.warn(
            "ended the session of pid {}: its transaction, {} s old, was in the way on {} for {} s",
            blocker.pid(),
            ageOf(blocker) / 1_000,
            blocker.table(),
            stood / 1_000);
      }
    } catch (StepException e) {
      if (e.type() != FailureType.PRIVILEGE_MISSING) {
        throw e;
      }
      refused.add(blocker.transaction());
      LOG.warn("may not end the session of pid {}: {}", blocker.pid(), e.getMessage());
    }
  }
}
