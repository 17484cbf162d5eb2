package dev.overwinter.activities.freeze;

import dev.overwinter.activities.freeze.CronSchedule.Job;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source's scheduled jobs, if it has pg_cron: paused while its guard stands, resumed when it is
 * lifted. Which ones were paused is kept beside the guard and committed together with the pausing,
 * and so is a job of our own that resumes them should the guard's lease run out with nobody there
 * to lift it.
 *
 * <p>Resumed are the jobs that were paused and are still inactive. One that was deleted meanwhile
 * is forgotten, one that somebody activated or scheduled meanwhile is left alone: the guard refuses
 * what it writes. pg_cron lets a role alter its own jobs only, unless it is a superuser.
 */
final class CronJobs {
  private static final Logger LOG = LoggerFactory.getLogger(CronJobs.class);

  private static final String RECORD = "overwinter.paused_job";
  private static final String RESUME = "overwinter.resume_jobs()";
  private static final String WATCH = "overwinter: resume jobs when the lease has run out";

  /** What our own job executes, which is how it is known. */
  static final String WATCH_COMMAND = "SELECT " + RESUME;

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS overwinter.paused_job (
        jobid    bigint PRIMARY KEY,
        jobname  text,
        last_run bigint NOT NULL
      );
      CREATE OR REPLACE FUNCTION overwinter.resume_jobs() RETURNS integer
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms'
      AS $body$
      DECLARE
        held overwinter.guard;
        paused record;
        locked integer := 0;
        first_run bigint;
      BEGIN
        -- Never in the way of who raises or lifts; the next minute is early enough.
        IF NOT %1$s THEN
          RETURN 0;
        END IF;
        PERFORM FROM overwinter.guard FOR UPDATE;
        SELECT * INTO held FROM overwinter.guard;
        IF FOUND AND NOT held.permanent AND held.lapsed_at IS NULL
           AND clock_timestamp() < held.lease_until THEN
          RETURN 0;
        END IF;
        SELECT min(last_run) INTO first_run FROM overwinter.paused_job;
        IF held.permanent IS NOT TRUE THEN
          UPDATE overwinter.guard SET lapsed_at = coalesce(lapsed_at, clock_timestamp());
          FOR paused IN
            SELECT j.jobid FROM overwinter.paused_job p JOIN cron.job j
                ON j.jobid = p.jobid AND j.jobname::text IS NOT DISTINCT FROM p.jobname
             WHERE NOT j.active
          LOOP
            BEGIN
              PERFORM cron.alter_job(job_id := paused.jobid, active := true);
            EXCEPTION
            WHEN lock_not_available THEN
              locked := locked + 1;
            WHEN OTHERS THEN
              RAISE WARNING 'job %% cannot be resumed: SQLSTATE %%', paused.jobid, SQLSTATE;
            END;
          END LOOP;
          DELETE FROM overwinter.paused_job p
           WHERE NOT EXISTS (
             SELECT FROM cron.job j
              WHERE j.jobid = p.jobid AND j.jobname::text IS NOT DISTINCT FROM p.jobname
                AND NOT j.active);
        END IF;
        IF locked > 0 THEN
          RETURN locked;
        END IF;
        BEGIN
          DELETE FROM cron.job_run_details
           WHERE runid > first_run AND command = '%2$s';
          FOR paused IN SELECT jobid FROM cron.job WHERE command = '%2$s' LOOP
            PERFORM cron.unschedule(paused.jobid);
          END LOOP;
        EXCEPTION
        WHEN lock_not_available THEN
          locked := locked + 1;
        WHEN OTHERS THEN
          RAISE WARNING 'the watch over the lease cannot be removed: SQLSTATE %%', SQLSTATE;
        END;
        RETURN locked;
      END $body$;
      REVOKE ALL ON FUNCTION overwinter.resume_jobs() FROM PUBLIC;
      """
          .formatted(Guard.SOURCE.tryGateLock(), WATCH_COMMAND);

  private static final String INSERT =
      """
      INSERT INTO overwinter.paused_job (jobid, jobname, last_run)
      SELECT ?, ?, coalesce(max(runid), 0) FROM cron.job_run_details
      ON CONFLICT DO NOTHING
      """;

  private CronJobs() {}

  /**
   * Pauses what is active, if this run's guard stands and the source is not frozen yet: what
   * somebody activates later is no business of ours. A job that cannot be paused goes on, and the
   * guard refuses its writes.
   */
  static void pause(Database source, RunKey run) {
    int paused =
        GuardTransaction.run(
            source,
            "pausing of scheduled jobs",
            GuardTransaction.OWN_LOCKS,
            connection -> {
              GuardTransaction.execute(connection, Guard.SOURCE.gateLock());
              return GuardRow.lock(connection)
                      .filter(guard -> guard.runId().equals(run.runId()))
                      .filter(guard -> guard.frozenSince() == null)
                      .isPresent()
                  ? pause(connection)
                  : 0;
            });
    if (paused > 0) {
      LOG.info("paused {} scheduled jobs", paused);
    }
  }

  private static int pause(Connection connection) throws SQLException {
    List<Job> ours =
        CronSchedule.read(connection).map(CronSchedule::seen).orElse(List.of()).stream()
            .filter(Job::ours)
            .toList();
    if (ours.isEmpty()) {
      return 0;
    }
    GuardTransaction.execute(connection, CREATE);
    GuardTransaction.execute(connection, OwnTables.revokeFromOthers(RECORD));
    int paused = 0;
    for (Job job : ours) {
      if (attempted(connection, "pausing job " + job.id(), it -> pause(it, job))) {
        paused++;
      }
    }
    attempted(connection, "scheduling the watch over the lease", CronJobs::watch);
    return paused;
  }

  private static void pause(Connection connection, Job job) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT);
        PreparedStatement alter =
            connection.prepareStatement("SELECT cron.alter_job(job_id := ?, active := false)")) {
      insert.setLong(1, job.id());
      insert.setString(2, job.name());
      insert.executeUpdate();
      alter.setLong(1, job.id());
      alter.execute();
    }
  }

  private static void watch(Connection connection) throws SQLException {
    try (PreparedStatement schedule =
        connection.prepareStatement("SELECT cron.schedule(?, '* * * * *', ?)")) {
      schedule.setString(1, WATCH);
      schedule.setString(2, WATCH_COMMAND);
      schedule.execute();
    }
  }

  private interface Work {
    void on(Connection connection) throws SQLException;
  }

  /** Goes back to where it was when pg_cron refuses; what passes with time is thrown on. */
  private static boolean attempted(Connection connection, String what, Work work)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      work.on(connection);
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (state.matches("(08|40|53|55|57).*")) {
        throw e;
      }
      connection.rollback(before);
      LOG.warn("pg_cron refused {} (SQLSTATE {}); the guard does not depend on it", what, state);
      return false;
    }
  }

  /**
   * Resumes what was paused, unless a guard holds. The caller holds the gate.
   *
   * @return false when somebody is just changing a job, so that trying again helps
   */
  static boolean resume(Connection connection) throws SQLException {
    if (!OwnTables.hasTable(connection, RECORD)) {
      return true;
    }
    if (CronSchedule.read(connection).isEmpty()) {
      // pg_cron was dropped meanwhile, and its jobs with it.
      GuardTransaction.execute(connection, "DELETE FROM " + RECORD);
      return true;
    }
    AtomicInteger locked = new AtomicInteger();
    attempted(connection, "resuming jobs", it -> locked.set(resumeAll(it)));
    return locked.get() == 0;
  }

  private static int resumeAll(Connection connection) throws SQLException {
    try (PreparedStatement resume = connection.prepareStatement(WATCH_COMMAND);
        ResultSet row = resume.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  /** {@link #paused} in a transaction of its own; none while a guard stands, which pauses them. */
  static List<Long> stillPaused(Database source) {
    return GuardTransaction.run(
        source,
        "look at paused jobs",
        GuardTransaction.OWN_LOCKS,
        connection ->
            OwnTables.stands(connection, Guard.SOURCE) ? List.<Long>of() : paused(connection));
  }

  /** Jobs that are still to be resumed, such as those whose owner was changed meanwhile. */
  static List<Long> paused(Connection connection) throws SQLException {
    List<Long> paused = new ArrayList<>();
    if (OwnTables.hasTable(connection, RECORD)) {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT jobid FROM " + RECORD + " ORDER BY jobid");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          paused.add(row.getLong(1));
        }
      }
    }
    return paused;
  }

  /** Removes the record, which is empty. The caller holds the gate. */
  static void forget(Connection connection) throws SQLException {
    GuardTransaction.execute(connection, "DROP FUNCTION IF EXISTS " + RESUME);
    GuardTransaction.execute(connection, "DROP TABLE IF EXISTS " + RECORD);
  }
}
