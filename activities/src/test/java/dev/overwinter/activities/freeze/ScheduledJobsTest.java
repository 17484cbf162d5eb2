package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.PackagedServer;
import dev.overwinter.workflows.steps.Progress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real pg_cron, whose shortest interval in the oldest release we support is a minute, so that
 * each test takes a few. Needs {@code POSTGRESQL_BIN}; see {@code tools/postgresql}.
 */
@Tag("real")
class ScheduledJobsTest {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(150);

  private static final String SETUP =
      """
      CREATE ROLE hosted LOGIN NOSUPERUSER CREATEDB CREATEROLE BYPASSRLS;
      CREATE ROLE service_role LOGIN;
      CREATE EXTENSION pg_cron;
      GRANT USAGE ON SCHEMA cron TO hosted, service_role;
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA cron TO hosted;
      GRANT CREATE ON DATABASE postgres TO hosted;
      GRANT ALL ON SCHEMA public TO hosted;
      SET ROLE hosted;
      CREATE TABLE public.ticks (at timestamptz DEFAULT clock_timestamp());
      GRANT INSERT ON public.ticks TO service_role;
      SELECT cron.schedule('tick', '* * * * *', 'INSERT INTO public.ticks DEFAULT VALUES');
      SELECT cron.schedule('* * * * *', 'SELECT ''reads only''');
      SELECT cron.alter_job(cron.schedule('off', '* * * * *', 'SELECT 1'), active := false);
      SET ROLE service_role;
      SELECT cron.schedule('of another', '* * * * *', 'INSERT INTO public.ticks VALUES (now())');
      RESET ROLE;
      """;

  private static final String OUR_RUNS =
      "SELECT runid FROM cron.job_run_details WHERE username = 'hosted'"
          + " AND command NOT LIKE '%overwinter%' AND start_time IS NOT NULL";

  private static CronServer server;
  private static Database source;
  private static Connection superuser;

  private final FreezeStep step = new FreezeStep(source, source);

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    boolean there = PackagedServer.programs().isPresent();
    if (!there) {
      System.err.println(
          "SKIPPED ScheduledJobsTest: no PostgreSQL with pg_cron; set POSTGRESQL_BIN to what tools/postgresql prints");
    }
    assumeTrue(there, "POSTGRESQL_BIN is not set");
    server = CronServer.start(PackagedServer.programs().get(), directory);
    superuser = server.superuser();
    execute(superuser, SETUP);
    source = server.pool("hosted");
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      source.close();
      superuser.close();
      server.close();
    }
  }

  @Test
  void no_job_of_ours_runs_while_frozen_and_all_run_again_after_the_lift() throws Exception {
    await(OUR_RUNS + " AND status = 'succeeded'");
    List<String> catalogBefore = catalog(superuser);
    List<String> jobsBefore = jobs();

    step.raise(input("a"), context());
    String frozen = last("SELECT clock_timestamp()");
    String ticks = last("SELECT count(*) FROM public.ticks");

    await(
        "SELECT runid FROM cron.job_run_details WHERE command LIKE '%overwinter%'"
            + " AND status = 'succeeded'");
    await(
        "SELECT runid FROM cron.job_run_details WHERE username = 'service_role'"
            + " AND status = 'failed' AND return_message LIKE '%takes no writes%'");
    assertThat(query(superuser, OUR_RUNS + " AND start_time > '" + frozen + "'")).isEmpty();
    assertThat(last("SELECT count(*) FROM public.ticks")).isEqualTo(ticks);

    assertThat(step.lift(input("a"), context()).jobsPaused()).isEmpty();
    assertThat(jobs()).isEqualTo(jobsBefore);
    assertThat(catalog(superuser)).isEqualTo(catalogBefore);
    String lifted = last("SELECT clock_timestamp()");
    await(OUR_RUNS + " AND status = 'succeeded' AND start_time > '" + lifted + "'");
    assertThat(traces()).isEmpty();
  }

  @Test
  void jobs_come_back_by_themselves_when_nobody_renews_the_lease() throws Exception {
    List<String> catalogBefore = catalog(superuser);
    List<String> jobsBefore = jobs();
    step.raise(input("lost", 5, 2_000, 10), context());
    assertThat(query(superuser, "SELECT 1 FROM cron.job WHERE active AND jobname = 'tick'"))
        .isEmpty();
    String frozen = last("SELECT clock_timestamp()");

    await("SELECT 1 FROM cron.job WHERE active AND jobname = 'tick'");
    await(OUR_RUNS + " AND status = 'succeeded' AND start_time > '" + frozen + "'");

    assertThat(jobs()).isEqualTo(jobsBefore);
    assertThat(SourceGuard.unfreeze(source, false).leftBehind()).isZero();
    assertThat(jobs()).isEqualTo(jobsBefore);
    assertThat(catalog(superuser)).isEqualTo(catalogBefore);
    assertThat(traces()).isEmpty();
  }

  private static List<String> jobs() throws SQLException {
    return query(superuser, "SELECT j::text FROM cron.job j ORDER BY jobid");
  }

  private static List<String> traces() throws SQLException {
    return query(
        superuser, "SELECT runid FROM cron.job_run_details WHERE command LIKE '%overwinter%'");
  }

  private static String last(String sql) throws SQLException {
    return query(superuser, sql).get(0);
  }

  private static void await(String rows) throws Exception {
    Instant deadline = Instant.now().plus(LONGEST_WAIT);
    while (query(superuser, rows).isEmpty()) {
      if (Instant.now().isAfter(deadline)) {
        fail("nothing within %s: %s", LONGEST_WAIT, rows);
      }
      Thread.sleep(250);
    }
  }

  private static StepContext context() {
    return new StepContext() {
      @Override
      public void progress(Progress told) {}

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }
}
