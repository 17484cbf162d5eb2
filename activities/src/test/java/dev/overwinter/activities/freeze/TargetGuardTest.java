package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TargetGuardTest {
  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.withTarget();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void refuses_everybody_but_the_transaction_with_the_pass() throws SQLException {
    guard("a");
    guard("a");
    try (Connection other = fixture.asTarget("authenticated");
        Connection superuser = fixture.asTarget("postgres");
        Connection loader = fixture.target().connect()) {
      assertRefused(other, "INSERT INTO public.units VALUES (3)");
      assertRefused(other, "INSERT INTO public.events_new VALUES (3, '2026-06-01')");
      execute(superuser, "SET session_replication_role = replica");
      assertRefused(superuser, "INSERT INTO parts.events_old VALUES (3, '2020-06-01')");
      assertRefused(superuser, "TRUNCATE public.units CASCADE");

      loader.setAutoCommit(false);
      TargetPass.apply(loader, input("a").run());
      execute(loader, "INSERT INTO public.units VALUES (3, 'loaded')");
      loader.commit();
      assertRefused(loader, "INSERT INTO public.units VALUES (4)");
      loader.rollback();
      TargetPass.apply(loader, input("a").run());
      execute(loader, "DELETE FROM public.units WHERE id = 3");
      loader.commit();
    }
  }

  @RepeatedTest(5)
  void two_attempts_at_the_same_time_give_one_guard() throws Exception {
    CompletableFuture<Void> other = CompletableFuture.runAsync(() -> guard("a"));
    guard("a");
    other.get();
    try (Connection owner = fixture.asTarget("hosted")) {
      assertThat(query(owner, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).hasSize(6);
      assertRefused(owner, "INSERT INTO public.units VALUES (3)");
    }
  }

  @Test
  void the_pass_is_random_and_readable_by_nobody_else() throws SQLException {
    guard("a");
    try (Connection owner = fixture.asTarget("hosted");
        Connection other = fixture.asTarget("authenticated")) {
      String pass = query(owner, "SELECT pass FROM overwinter.target_guard").get(0);
      assertThat(pass).matches("[0-9a-f]{64}");
      assertThat(
              query(
                  owner,
                  "SELECT has_table_privilege('authenticated', 'overwinter.target_guard', 'SELECT')"))
          .containsExactly("f");
      execute(other, "SELECT set_config('overwinter.pass', '', false)");
      assertRefused(other, "INSERT INTO public.units VALUES (3)");
    }
  }

  @Test
  void another_runs_pass_does_not_fit() throws SQLException {
    guard("a");
    try (Connection loader = fixture.target().connect()) {
      loader.setAutoCommit(false);
      assertThatThrownBy(() -> TargetPass.apply(loader, input("b").run()))
          .isInstanceOfSatisfying(
              StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
    }
  }

  @Test
  void a_second_run_is_refused_until_the_first_has_ended() throws SQLException {
    guard("a");
    assertFails(FailureType.TARGET_CHANGED, () -> guard("b"), "move-a", "roll it back");
    try (Connection owner = fixture.asTarget("hosted")) {
      String pass = query(owner, "SELECT pass FROM overwinter.target_guard").get(0);
      execute(owner, "UPDATE overwinter.run SET ended_at = now()");
      guard("b");
      assertThat(query(owner, "SELECT pass FROM overwinter.target_guard")).doesNotContain(pass);
    }
    assertFails(FailureType.TARGET_CHANGED, () -> guard("a"), "move-b");
  }

  @Test
  void is_released_only_when_the_source_is_frozen_for_good() throws SQLException {
    guard("a");
    fixture.step().raise(input("a"), fixture.context());
    assertFails(
        FailureType.SOURCE_NOT_FROZEN,
        () -> fixture.step().releaseTarget(input("a"), fixture.context()),
        "both sides");
    try (Connection application = fixture.asTarget("authenticated")) {
      assertRefused(application, "INSERT INTO public.units VALUES (3)");
      fixture.step().makePermanent(input("a"), fixture.context());
      fixture.step().releaseTarget(input("a"), fixture.context());
      fixture.step().releaseTarget(input("a"), fixture.context());
      execute(application, "INSERT INTO public.units VALUES (3)");
    }
    try (Connection application = fixture.asSource("authenticated")) {
      assertRefused(application, "INSERT INTO public.units VALUES (3)");
    }
    assertThat(objects()).isEmpty();
  }

  @Test
  void can_be_guarded_again_after_going_live() throws SQLException {
    guard("a");
    fixture.step().raise(input("a"), fixture.context());
    fixture.step().makePermanent(input("a"), fixture.context());
    fixture.step().releaseTarget(input("a"), fixture.context());
    try (Connection older = fixture.asTarget("hosted")) {
      execute(older, "BEGIN ISOLATION LEVEL REPEATABLE READ");
      query(older, "SELECT 1 FROM pg_class");
      guard("a");
      assertRefused(older, "INSERT INTO public.units VALUES (3)");
    }
  }

  @Test
  void is_removed_when_the_target_is_put_back_but_not_by_another_run() throws SQLException {
    // Before anything was made there.
    assertThat(TargetGuard.remove(fixture.target(), input("a").run(), () -> {})).isZero();
    guard("a");
    assertFails(
        FailureType.TARGET_CHANGED,
        () -> TargetGuard.remove(fixture.target(), input("b").run(), () -> {}));
    assertThat(TargetGuard.remove(fixture.target(), input("a").run(), () -> {})).isZero();
    assertThat(TargetGuard.remove(fixture.target(), input("a").run(), () -> {})).isZero();
    assertThat(objects()).isEmpty();
    try (Connection application = fixture.asTarget("authenticated")) {
      execute(application, "INSERT INTO public.units VALUES (3)");
    }
  }

  @Test
  void a_writer_on_the_target_that_does_not_end_leaves_it_open_as_it_was() throws SQLException {
    try (Connection writer = fixture.asTarget("authenticated")) {
      writer.setAutoCommit(false);
      execute(writer, "INSERT INTO public.units VALUES (3)");
      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().guardTarget(input("a", 60, 50, 1), fixture.context()),
          "public.units");
      execute(writer, "INSERT INTO public.rooms VALUES (3, 3, 'x')");
      writer.commit();
    }
  }

  private void guard(String run) {
    fixture.step().guardTarget(input(run), fixture.context());
  }

  /** What is left of the guard; its tables belong to the ledger and stay. */
  private List<String> objects() throws SQLException {
    try (Connection owner = fixture.asTarget("hosted")) {
      return query(
          owner,
          """
          SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
          UNION ALL SELECT proname FROM pg_proc WHERE proname = 'refuse_target_writes'
          UNION ALL SELECT run_id FROM overwinter.target_guard
          """);
    }
  }
}
