package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The source's write guard: one row that says whose it is and until when, and a trigger function
 * that refuses writes while the row's lease lasts. It lets everything through until every table has
 * its trigger; {@link SourceClosing} makes it refuse. All clocks are the source's.
 *
 * <p>Never are both true: that a write was let through because the lease had run out, and that the
 * lease was renewed afterwards. A writer that finds the lease run out locks the row and looks
 * again; a renewal locks the row first and then compares the clock. This holds as long as the
 * source's clock is not set back between such a write and the next look at the lease, which writes
 * down that it has run out.
 *
 * <p>The function refuses when it sees no row at all: a REPEATABLE READ transaction older than the
 * guard cannot see it. Lifting therefore replaces the function, which every session sees at once.
 */
public final class SourceGuard {
  private static final String SCHEMA_COMMENT =
      "Write guard of a migration by Overwinter. Lift it with: overwinter unfreeze";

  private static final String CREATE =
      """
      DO $do$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'overwinter') THEN
          CREATE SCHEMA overwinter;
          COMMENT ON SCHEMA overwinter IS '%s';
        END IF;
      END $do$;
      CREATE TABLE IF NOT EXISTS overwinter.guard (
        only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        run_id        text NOT NULL,
        workflow_id   text NOT NULL,
        raised_at     timestamptz NOT NULL,
        lease_length  interval NOT NULL,
        lease_until   timestamptz NOT NULL,
        lapsed_at     timestamptz,
        permanent     boolean NOT NULL DEFAULT false,
        closed_at     timestamptz,
        frozen_since  timestamptz,
        wal_position  pg_lsn,
        function_version text,
        counted_since timestamptz,
        ended_writers int NOT NULL DEFAULT 0
      );
      CREATE TABLE IF NOT EXISTS overwinter.guard_table (
        table_oid       oid PRIMARY KEY,
        name            text,
        trigger_version text,
        filenode        oid,
        shape           text,
        writes          bigint
      );
      %s;
      REVOKE ALL ON FUNCTION overwinter.refuse_writes() FROM PUBLIC;
      DELETE FROM overwinter.guard_table;
      """
          .formatted(SCHEMA_COMMENT, Guard.SOURCE.openFunction());

  /** Until the fence stands the run may be over without anybody having told this attempt. */
  private static final String LONGEST_WHILE_RAISING = "60 s";

  private static final String INSERT =
      """
      INSERT INTO overwinter.guard (run_id, workflow_id, raised_at, lease_length, lease_until)
      SELECT ?, ?, t.now, t.length, t.now + least(t.length, interval '%s')
        FROM (SELECT clock_timestamp() AS now, make_interval(secs => ?) AS length) t
      """
          .formatted(LONGEST_WHILE_RAISING);

  private static final String RENEW =
      """
      UPDATE overwinter.guard SET lease_until = clock_timestamp() + lease_length
       WHERE lapsed_at IS NULL AND clock_timestamp() < lease_until
      """;

  /** Until the fence stands nothing was read from the source, so that a lapse did no harm. */
  private static final String RENEW_WHILE_RAISING =
      """
      UPDATE overwinter.guard
         SET lease_until = clock_timestamp() + CASE
               WHEN frozen_since IS NULL THEN least(lease_length, interval '%s')
               ELSE lease_length END,
             lapsed_at = NULL
       WHERE frozen_since IS NULL OR lapsed_at IS NULL AND clock_timestamp() < lease_until
      """
          .formatted(LONGEST_WHILE_RAISING);

  private static final String MAKE_PERMANENT =
      """
      UPDATE overwinter.guard SET permanent = true
       WHERE lapsed_at IS NULL AND clock_timestamp() < lease_until
      """;

  private static final String LAPSE =
      "UPDATE overwinter.guard SET lapsed_at = coalesce(lapsed_at, clock_timestamp())";

  private SourceGuard() {}

  /** What became of an attempt to change a lease. */
  enum Lease {
    /** It holds, renewed or made permanent just now. */
    HELD,
    /** It was permanent before. */
    PERMANENT,
    /** It has run out for ever. */
    LAPSED,
    /** This run's guard does not stand. */
    GONE
  }

  /** The guard that stands, if any. */
  static Optional<GuardRow> find(Database source) {
    return GuardTransaction.run(
        source, "look at the source's guard", GuardTransaction.OWN_LOCKS, GuardRow::read);
  }

  /**
   * Makes the row and the function, or goes on with this run's own. Nothing is refused yet.
   * Triggers come after it, so that no trigger ever stands without a lease.
   *
   * @throws StepException FROZEN_BY_ANOTHER_RUN when somebody else's guard stands
   */
  static void begin(Database source, RunKey run, long leaseSeconds) {
    GuardTransaction.run(
        source,
        "raising of the source's guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          GuardTransaction.execute(connection, Guard.SOURCE.gateLock());
          Optional<GuardRow> standing = GuardRow.lock(connection);
          if (standing.isPresent()) {
            refuseUnlessOurs(standing.get(), run);
            return null;
          }
          GuardTransaction.execute(connection, CREATE);
          GuardTransaction.execute(
              connection, OwnTables.revokeFromOthers(Guard.SOURCE.table(), SourceFence.TABLE));
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, run.runId());
            insert.setString(2, run.workflowId());
            insert.setDouble(3, leaseSeconds);
            insert.executeUpdate();
          }
          return null;
        });
  }

  private static void refuseUnlessOurs(GuardRow standing, RunKey run) {
    if (!standing.runId().equals(run.runId())) {
      throw new StepException(
          FailureType.FROZEN_BY_ANOTHER_RUN,
          "The source is frozen by a guard %s. Let that run end or roll it back. If it is gone for good, lift its guard with: overwinter unfreeze --force"
              .formatted(standing.describe()));
    }
  }

  /** Renews this run's lease, unless it has run out. The caller's transaction. */
  static Lease renew(Connection connection, RunKey run) throws SQLException {
    return change(connection, run, RENEW);
  }

  /** Renews this run's lease even when it ran out, as long as the fence was not recorded. */
  static Lease renewWhileRaising(Connection connection, RunKey run) throws SQLException {
    return change(connection, run, RENEW_WHILE_RAISING);
  }

  /**
   * Renews this run's lease in a transaction of its own.
   *
   * @throws StepException SOURCE_NOT_FROZEN when the guard is gone, LEASE_LAPSED
   */
  static Lease renew(Database source, RunKey run, boolean raising) {
    Lease lease =
        GuardTransaction.run(
            source,
            "renewal of the lease on the source's guard",
            GuardTransaction.OWN_LOCKS,
            connection -> raising ? renewWhileRaising(connection, run) : renew(connection, run));
    requireHeld(lease, run);
    return lease;
  }

  static void requireHeld(Lease lease, RunKey run) {
    switch (lease) {
      case GONE -> throw gone(run);
      case LAPSED -> throw lapsed(run);
      case HELD, PERMANENT -> {}
    }
  }

  static StepException gone(RunKey run) {
    return new StepException(
        FailureType.SOURCE_NOT_FROZEN,
        "The source's guard of workflow %s is gone: it was lifted from outside the run. The source may have been written to, so the run can only be rolled back."
            .formatted(run.workflowId()));
  }

  static StepException lapsed(RunKey run) {
    return new StepException(
        FailureType.LEASE_LAPSED,
        "The lease on the source's guard of workflow %s ran out before it was renewed. The source may have been written to, so the run can only be rolled back."
            .formatted(run.workflowId()));
  }

  /** Makes this run's guard stand without a lease, unless it has run out. */
  static Lease makePermanent(Connection connection, RunKey run) throws SQLException {
    return change(connection, run, MAKE_PERMANENT);
  }

  private static Lease change(Connection connection, RunKey run, String update)
      throws SQLException {
    Optional<GuardRow> standing = GuardRow.lock(connection);
    if (standing.isEmpty() || !standing.get().runId().equals(run.runId())) {
      return Lease.GONE;
    }
    if (standing.get().permanent()) {
      return Lease.PERMANENT;
    }
    if (update(connection, update) == 1) {
      return Lease.HELD;
    }
    // For good, even if the source's clock is set back: the row remembers.
    recordLapse(connection);
    return Lease.LAPSED;
  }

  /** Writes down that the lease has run out. */
  static void recordLapse(Connection connection) throws SQLException {
    update(connection, LAPSE);
  }

  /** Whether the guard's schema was made by a guard, and not there before. */
  static boolean madeSchema(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT obj_description(n.oid, 'pg_namespace') = ? FROM pg_namespace n"
                + " WHERE n.nspname = 'overwinter'")) {
      statement.setString(1, SCHEMA_COMMENT);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static int update(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return statement.executeUpdate();
    }
  }

  /**
   * Lets every write through from now on, if the guard may be released.
   *
   * @param mayRelease decides on the guard that stands, which cannot change meanwhile
   * @return the guard that stood; empty when none did
   */
  static Optional<GuardRow> release(Database source, Predicate<GuardRow> mayRelease) {
    return GuardTransaction.run(
        source,
        "lifting of the source's guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          GuardTransaction.execute(connection, Guard.SOURCE.gateLock());
          Optional<GuardRow> standing = GuardRow.lock(connection);
          if (standing.isPresent() && !mayRelease.test(standing.get())) {
            return standing;
          }
          OwnTables.open(connection, Guard.SOURCE);
          return standing;
        });
  }

  private static String afterwards(GuardRow guard) {
    return guard.permanent()
        ? "Its run had gone live: see to it that the target takes no writes, or both sides take them."
        : "Its run cannot go live any more. If it can be reached, roll it back: that cleans up the target and Stack Auth.";
  }

  /**
   * Removes a guard that no run looks after any more, for {@code overwinter unfreeze}. Needs
   * nothing but the source. May be repeated until nothing is left behind.
   *
   * @param force also when its lease still runs or it is permanent; the run that raised it can then
   *     only be rolled back
   * @return what was found and done
   * @throws StepException FROZEN_BY_ANOTHER_RUN when the guard still holds and force is not given
   */
  public static UnfreezeReport unfreeze(Database source, boolean force) {
    Optional<GuardRow> found = release(source, guard -> force || guard.lapsed());
    if (found.isPresent() && !force && !found.get().lapsed()) {
      GuardRow guard = found.get();
      String danger =
          guard.permanent()
              ? "Its target may be taking writes: be sure that it does not, or both sides take them."
              : "If its run is alive, roll that back. If it is gone for good, the source frees itself when the lease runs out.";
      throw new StepException(
          FailureType.FROZEN_BY_ANOTHER_RUN,
          "The source's guard was %s. %s To lift it all the same: overwinter unfreeze --force"
              .formatted(guard.describe(), danger));
    }
    int leftBehind = new GuardRemover(source, Guard.SOURCE, () -> {}).remove();
    return new UnfreezeReport(
        found.isPresent(),
        found.map(guard -> "A guard " + guard.describe()).orElse("No guard stood"),
        found.map(SourceGuard::afterwards).orElse(""),
        leftBehind,
        CronJobs.stillPaused(source));
  }
}
