package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What pg_cron 1.4 shows to SQL, for the embedded PostgreSQL, which comes without it: its tables
 * with their columns, privileges and row security, and functions that refuse what pg_cron refuses.
 * Nothing is ever executed. {@code ScheduledJobsTest} shows the same on the real one.
 */
public final class CronStandIn {
  /**
   * The functions of pg_cron are written in C and know their caller; here the caller is the
   * session's user, since they run as their owner to get past row security.
   */
  private static final String SCHEMA =
      """
      CREATE SCHEMA cron;
      CREATE SEQUENCE cron.jobid_seq;
      CREATE TABLE cron.job (
        jobid bigint PRIMARY KEY DEFAULT nextval('cron.jobid_seq'),
        schedule text NOT NULL,
        command text NOT NULL,
        nodename text NOT NULL DEFAULT 'localhost',
        nodeport int NOT NULL DEFAULT 5432,
        database text NOT NULL DEFAULT current_database(),
        username text NOT NULL DEFAULT current_user,
        active boolean NOT NULL DEFAULT true,
        jobname name,
        UNIQUE (jobname, username));
      GRANT SELECT ON cron.job TO public;
      ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY;
      CREATE POLICY cron_job_policy ON cron.job USING (username = current_user);
      CREATE TABLE cron.job_run_details (
        jobid bigint, runid bigint PRIMARY KEY, command text, username text);
      GRANT SELECT, DELETE ON cron.job_run_details TO public;

      CREATE FUNCTION cron.alter_job(job_id bigint, schedule text DEFAULT NULL,
          command text DEFAULT NULL, database text DEFAULT NULL, username text DEFAULT NULL,
          active boolean DEFAULT NULL) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          UPDATE cron.job j SET active = coalesce(alter_job.active, j.active)
           WHERE j.jobid = job_id
             AND (j.username = session_user
                  OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user));
          IF NOT FOUND THEN
            RAISE EXCEPTION 'Job % does not exist or you don''t own it', job_id
              USING ERRCODE = 'XX000';
          END IF;
        END $$;
      REVOKE ALL ON FUNCTION cron.alter_job FROM public;

      CREATE FUNCTION cron.schedule(job_name text, schedule text, command text) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER AS $$
        INSERT INTO cron.job (jobname, schedule, command, username)
        VALUES (job_name, schedule, command, session_user)
        ON CONFLICT (jobname, username)
          DO UPDATE SET schedule = excluded.schedule, command = excluded.command
        RETURNING jobid $$;

      CREATE FUNCTION cron.unschedule(job_id bigint) RETURNS boolean
        LANGUAGE sql SECURITY DEFINER AS $$
        DELETE FROM cron.job WHERE jobid = job_id RETURNING true $$;
      """;

  /** As Supabase's own script does when pg_cron is switched on. */
  private static final String GRANTS =
      """
      GRANT USAGE ON SCHEMA cron TO %1$s;
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA cron TO %1$s;
      """;

  private CronStandIn() {}

  /**
   * Installs it.
   *
   * @param superuser to the database
   * @param role which may use it
   */
  public static void install(Connection superuser, String role) throws SQLException {
    try (Statement statement = superuser.createStatement()) {
      statement.execute(SCHEMA + GRANTS.formatted(role));
    }
  }
}
