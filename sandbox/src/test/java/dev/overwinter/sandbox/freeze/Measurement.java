package dev.overwinter.sandbox.freeze;

import dev.overwinter.sandbox.freeze.Writer.Effect;
import dev.overwinter.sandbox.freeze.Writer.Moment;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** What becomes of every writer under one way of freezing, tried for real. */
final class Measurement {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  /** What became of a write. */
  enum Outcome {
    STOPPED("stopped"),
    LEAKS("**leaks**"),
    /** It gets through, and the freeze says so by itself. */
    FOUND("found"),
    /** The freeze is in force only after it has ended, so that it counts as written before. */
    WAITED_FOR("waited for"),
    /** It is let through and changes nothing that a table holds. */
    NO_ROW("not a row");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * What became of one writer.
   *
   * @param old on a session from before the freeze; null when it always opens one of its own
   * @param fresh on a session from after it; null when it began before
   * @param finding what the freeze said by itself, or null
   */
  record Result(Outcome old, Outcome fresh, String finding) {}

  private final FrozenSource source;
  private final WayOfFreezing freeze;
  private final Map<Writer, Result> results = new LinkedHashMap<>();
  private final Connection superuser;
  private List<String> rows;

  private Measurement(FrozenSource source, WayOfFreezing freeze, Connection superuser) {
    this.source = source;
    this.freeze = freeze;
    this.superuser = superuser;
  }

  /** Tries all writers. The source is of no use afterwards. */
  static Map<Writer, Result> of(FrozenSource source, WayOfFreezing freeze, List<Writer> writers)
      throws Exception {
    try (Connection superuser = source.open("supabase_admin")) {
      Measurement measurement = new Measurement(source, freeze, superuser);
      measurement.tryAll(writers.stream().filter(w -> w.moment() != Moment.IN_FLIGHT).toList());
      freeze.lift();
      for (Writer writer : writers) {
        if (writer.moment() == Moment.IN_FLIGHT) {
          measurement.tryInFlight(writer);
        }
      }
      return measurement.results;
    }
  }

  private record Begun(Attempt attempt, Connection session) {}

  private void tryAll(List<Writer> writers) throws Exception {
    Map<Writer, Begun> begun = new LinkedHashMap<>();
    for (Writer writer : writers) {
      if (writer.moment() != Moment.NEW_SESSION) {
        begun.put(writer, begin(writer));
      }
    }
    freeze.raise(told -> {});
    rows = source.rows(superuser);
    for (boolean seen : new boolean[] {true, false}) {
      for (Writer writer : writers) {
        if (writer.isSeenByTriggers() == seen) {
          results.put(writer, result(writer, begun.get(writer)));
        }
      }
      if (seen && freeze.findings().isPresent()) {
        throw new AssertionError("was written past the triggers: " + freeze.findings().get());
      }
    }
  }

  private Begun begin(Writer writer) throws SQLException {
    Begun begun = new Begun(writer.attempts().get(), source.open(writer.role()));
    begun.attempt().before(begun.session(), source);
    return begun;
  }

  private Result result(Writer writer, Begun begun) throws Exception {
    Outcome old = null;
    if (begun != null) {
      try (Connection session = begun.session()) {
        old = outcome(writer, begun.attempt(), session);
      }
    }
    Outcome fresh = null;
    if (old == null || isTriedTwice(writer)) {
      try (Connection session = source.open(writer.role())) {
        fresh = outcome(writer, writer.attempts().get(), session);
      }
    }
    String finding = null;
    if (mustBeFound(writer)) {
      finding = awaitFinding().orElse(null);
      old = finding == null ? old : Outcome.FOUND;
      fresh = null;
      freeze.lift();
      freeze.raise(told -> {});
      rows = source.rows(superuser);
    }
    return new Result(old, fresh, finding);
  }

  private boolean isTriedTwice(Writer writer) {
    return writer.moment() == Moment.ANY && freeze.dependsOnSession() && !mustBeFound(writer);
  }

  /** What no trigger stops is to be found by a freeze that looks; and then has to be begun anew. */
  private boolean mustBeFound(Writer writer) {
    return freeze.looksForItself() && !writer.isSeenByTriggers();
  }

  /** Statistics arrive when the session that wrote has ended, or a little later. */
  private Optional<String> awaitFinding() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE;
    Optional<String> finding = freeze.findings();
    while (finding.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(20);
      finding = freeze.findings();
    }
    return finding;
  }

  private Outcome outcome(Writer writer, Attempt attempt, Connection session) throws Exception {
    boolean refused = isRefused(writer, attempt, session);
    List<String> before = rows;
    rows = source.rows(superuser);
    if (!rows.equals(before)) {
      return Outcome.LEAKS;
    }
    return refused || writer.effect() == Effect.ROWS ? Outcome.STOPPED : Outcome.NO_ROW;
  }

  private boolean isRefused(Writer writer, Attempt attempt, Connection session) throws Exception {
    try {
      attempt.write(session, source);
      return false;
    } catch (SQLException e) {
      if (!freeze.refusals().contains(e.getSQLState())) {
        throw new AssertionError("%s failed with %s".formatted(writer, e.getSQLState()), e);
      }
      Sql.execute(session, "ROLLBACK");
      return true;
    }
  }

  private void tryInFlight(Writer writer) throws Exception {
    Begun begun = begin(writer);
    Queue<String> told = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> raising =
        CompletableFuture.runAsync(
            () -> {
              try {
                freeze.raise(told::add);
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    long deadline = System.nanoTime() + PATIENCE;
    while (!raising.isDone() && told.stream().noneMatch(Measurement::isWaiting)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("%s: told only %s".formatted(writer, told));
      }
      Thread.sleep(10);
    }
    boolean waits = !raising.isDone();
    List<String> before = source.rows(superuser);
    try (Connection session = begun.session()) {
      begun.attempt().write(session, source);
    }
    raising.get(20, TimeUnit.SECONDS);
    List<String> after = new ArrayList<>(source.rows(superuser));
    if (after.equals(before)) {
      throw new AssertionError(writer + " was promised its write and it is not there");
    }
    freeze.lift();
    results.put(writer, new Result(waits ? Outcome.WAITED_FOR : Outcome.LEAKS, null, null));
  }

  private static boolean isWaiting(String told) {
    return told.contains("pid ") || told.contains("prepared transaction");
  }
}
