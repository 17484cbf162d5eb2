package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeFixture.retry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.steps.LiftReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs of the source are paused by the freeze and come back with its end. */
@Timeout(120)
class CronJobsTest {
  private static final String JOBS = "SELECT j::text FROM cron.job j ORDER BY jobid";
  private static final String ACTIVE =
      "SELECT jobid FROM cron.job WHERE active AND command NOT LIKE '%overwinter%' ORDER BY jobid";
  private static final String WATCH = "SELECT command FROM cron.job WHERE command ~ 'overwinter'";

  private FreezeFixture fixture;
  private Connection owner;
  private Connection superuser;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
    superuser = fixture.asSource("postgres");
    CronStandIn.install(superuser, "hosted");
    execute(
        superuser,
        """
        INSERT INTO cron.job (schedule, command, username, active, jobname, database) VALUES
          ('0 3 * * *', 'SELECT 1', 'hosted', true, 'nightly', current_database()),
          ('* * * * *', 'SELECT 2', 'hosted', true, NULL, current_database()),
          ('* * * * *', 'SELECT 3', 'hosted', false, 'switched off', current_database()),
          ('* * * * *', 'SELECT 4', 'service_role', true, 'of another role', current_database()),
          ('* * * * *', 'SELECT 5', 'hosted', true, 'elsewhere', 'postgres')
        """);
    owner = fixture.asSource("hosted");
  }

  @AfterEach
  void close() throws SQLException {
    owner.close();
    superuser.close();
    fixture.close();
  }

  @Test
  void jobs_rest_while_frozen_and_everything_is_as_before_after_the_lift() throws SQLException {
    List<String> catalogBefore = catalog(owner);
    List<String> jobsBefore = query(owner, JOBS);

    raise("a");

    assertThat(query(owner, ACTIVE)).containsExactly("4", "5");
    assertThat(query(owner, WATCH)).hasSize(1);
    assertThat(lift("a").jobsPaused()).isEmpty();
    assertThat(query(owner, JOBS)).isEqualTo(jobsBefore);
    assertThat(catalog(owner)).isEqualTo(catalogBefore);
  }

  @Test
  void a_source_without_jobs_of_ours_gets_nothing_it_had_not_before() throws SQLException {
    execute(superuser, "DELETE FROM cron.job WHERE username = 'hosted'");

    raise("a");

    assertThat(query(owner, "SELECT to_regclass('overwinter.paused_job')::text"))
        .containsExactly((String) null);
    assertThat(query(owner, WATCH)).isEmpty();
    lift("a");
  }

  @Test
  void what_people_do_to_jobs_meanwhile_stays_as_they_left_it() throws SQLException {
    raise("a");
    execute(owner, "SELECT cron.alter_job(1, active := true)");
    execute(owner, "SELECT cron.unschedule(2)");
    execute(owner, "SELECT cron.schedule('new', '* * * * *', 'SELECT 6')");
    raise("a");
    List<String> active = query(owner, ACTIVE);

    assertThat(active).hasSize(4).contains("1");
    assertThat(lift("a").jobsPaused()).isEmpty();
    assertThat(query(owner, ACTIVE)).isEqualTo(active);
    assertThat(query(owner, JOBS)).hasSize(5);
  }

  @Test
  void a_job_that_became_somebody_elses_does_not_hold_up_the_lift_and_is_named()
      throws SQLException {
    raise("a");
    execute(superuser, "UPDATE cron.job SET username = 'service_role' WHERE jobid = 2");

    LiftReport lifted = lift("a");

    execute(owner, "UPDATE public.units SET name = name");
    assertThat(lifted.jobsPaused()).containsExactly(2L);
    assertThat(query(owner, ACTIVE)).contains("1");
    execute(superuser, "SELECT cron.alter_job(2, active := true)");
    UnfreezeReport unfrozen = SourceGuard.unfreeze(fixture.source(), false);
    assertThat(unfrozen.jobsPaused()).isEmpty();
    assertThat(query(owner, "SELECT nspname FROM pg_namespace WHERE nspname = 'overwinter'"))
        .isEmpty();
  }

  @Test
  void a_job_that_somebody_is_just_changing_is_waited_for() throws Exception {
    raise("a");
    superuser.setAutoCommit(false);
    execute(superuser, "UPDATE cron.job SET schedule = '0 5 * * *' WHERE jobid = 2");

    CompletableFuture<LiftReport> lifting = CompletableFuture.supplyAsync(() -> lift("a"));
    while (!query(owner, ACTIVE).contains("1")) {
      Thread.sleep(50);
    }
    superuser.commit();

    assertThat(lifting.join().jobsPaused()).isEmpty();
    assertThat(query(owner, ACTIVE)).containsExactly("1", "2", "4", "5");
    superuser.setAutoCommit(true);
  }

  @Test
  void a_raise_that_is_given_up_resumes_the_jobs() throws SQLException {
    List<String> before = query(owner, JOBS);
    execute(superuser, "REVOKE TRIGGER ON public.units FROM hosted");
    execute(superuser, "ALTER TABLE public.units OWNER TO postgres");
    execute(superuser, "GRANT SELECT ON public.units TO hosted");

    assertThatThrownBy(() -> raise("a")).isInstanceOf(StepException.class);

    assertThat(query(owner, JOBS)).isEqualTo(before);
  }

  @Test
  void taking_over_a_stale_guard_hands_its_jobs_on() throws Exception {
    List<String> before = query(owner, JOBS);
    fixture.step().raise(input("dead", 1, 200, 2), fixture.context());
    Thread.sleep(1_200);

    raise("b");

    assertThat(query(owner, ACTIVE)).containsExactly("4", "5");
    lift("b");
    assertThat(query(owner, JOBS)).isEqualTo(before);
  }

  @Test
  void unfreezing_needs_nothing_but_the_source_and_resumes_the_jobs() throws SQLException {
    List<String> before = query(owner, JOBS);
    raise("a");

    assertThat(SourceGuard.unfreeze(fixture.source(), true).jobsPaused()).isEmpty();

    assertThat(query(owner, JOBS)).isEqualTo(before);
  }

  @Test
  void the_watch_resumes_jobs_once_the_lease_has_run_out_and_no_sooner() throws Exception {
    List<String> before = query(owner, JOBS);
    fixture.step().raise(input("a", 2, 200, 2), fixture.context());
    String watch = query(owner, WATCH).get(0);

    execute(owner, watch);
    assertThat(query(owner, ACTIVE)).containsExactly("4", "5");
    Thread.sleep(2_200);
    execute(owner, watch);

    assertThat(query(owner, JOBS)).isEqualTo(before);
    assertThatThrownBy(() -> fixture.step().makePermanent(input("a"), fixture.context()))
        .isInstanceOf(StepException.class);
    SourceGuard.unfreeze(fixture.source(), false);
    assertThat(query(owner, JOBS)).isEqualTo(before);
  }

  @Test
  void once_permanent_the_watch_ends_itself_and_the_jobs_rest_until_a_lift() throws SQLException {
    List<String> before = query(owner, JOBS);
    raise("a");
    String watch = query(owner, WATCH).get(0);
    fixture.step().makePermanent(input("a"), fixture.context());

    execute(owner, watch);

    assertThat(query(owner, WATCH)).isEmpty();
    assertThat(query(owner, ACTIVE)).containsExactly("4", "5");
    lift("a");
    assertThat(query(owner, JOBS)).isEqualTo(before);
  }

  @Test
  void the_watchs_own_runs_leave_no_trace_and_others_stay() throws SQLException {
    execute(superuser, "INSERT INTO cron.job_run_details VALUES (1, 1, 'SELECT 1', 'hosted')");
    raise("a");
    execute(
        superuser,
        """
        INSERT INTO cron.job_run_details
        SELECT jobid, 1 + jobid, command, username FROM cron.job
         WHERE command ~ 'overwinter' OR jobid = 4
        """);

    lift("a");

    assertThat(query(owner, "SELECT jobid FROM cron.job_run_details ORDER BY 1"))
        .containsExactly("1", "4");
  }

  @Test
  void an_extension_that_is_dropped_meanwhile_is_no_obstacle() throws SQLException {
    List<String> before = query(owner, "SELECT nspname FROM pg_namespace WHERE nspname <> 'cron'");
    raise("a");
    execute(superuser, "DROP SCHEMA cron CASCADE");

    assertThat(lift("a").jobsPaused()).isEmpty();

    assertThat(query(owner, "SELECT nspname FROM pg_namespace")).isEqualTo(before);
  }

  @Test
  void whatever_is_interrupted_ends_with_jobs_paused_or_as_they_were() throws Exception {
    List<String> before = query(owner, JOBS);
    Random random = new Random(20_261_121);
    int interrupted = 0;
    for (int round = 0; round < 8; round++) {
      String run = "run-" + round;
      interrupted += interrupt(random, () -> raise(run));
      if (round % 2 == 0) {
        retry(() -> raise(run));
        assertThat(query(owner, ACTIVE)).containsExactly("4", "5");
      }
      interrupted += interrupt(random, () -> lift(run));
      retry(() -> SourceGuard.unfreeze(fixture.source(), true));
      assertThat(query(owner, ACTIVE)).containsExactly("1", "2", "4", "5");
      assertThat(query(owner, JOBS)).hasSameElementsAs(before);
    }
    assertThat(interrupted).isPositive();
  }

  private int interrupt(Random random, Runnable step) throws Exception {
    CompletableFuture<Void> running = CompletableFuture.runAsync(step);
    Thread.sleep(random.nextInt(80));
    query(
        superuser,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'overwinter' AND datname = current_database()");
    try {
      running.join();
      return 0;
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(StepException.class);
      return 1;
    }
  }

  private void raise(String run) {
    fixture.step().raise(input(run), fixture.context());
  }

  private LiftReport lift(String run) {
    return fixture.step().lift(input(run), fixture.context());
  }
}
