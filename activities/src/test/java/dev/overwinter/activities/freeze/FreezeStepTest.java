package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.LiftReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FreezeStepTest {
  /**
   * units, rooms, events with a partition here and one in another schema, the odd name, two of
   * auth.
   */
  private static final int TABLES = 8;

  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void freezes_every_table_and_proves_it_as_every_role() {
    FreezeReport report = raise("a");

    assertThat(report.guardedTables()).isEqualTo(TABLES);
    assertThat(report.rolesProven()).isEqualTo(5);
    assertThat(Instant.parse(report.frozenSince())).isBefore(Instant.now().plusSeconds(5));
    assertThat(fixture.step().prove(input("a"), fixture.context()).frozenSince())
        .isEqualTo(report.frozenSince());
  }

  @Test
  void tells_the_writer_who_froze_and_with_the_status_for_unavailable() throws SQLException {
    raise("a");
    try (Connection writer = fixture.asSource("authenticated")) {
      assertThatThrownBy(() -> execute(writer, "INSERT INTO public.units VALUES (3)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("PT503"))
          .hasMessageContaining("public.units takes no writes")
          .hasMessageContaining("migration move-a")
          .hasMessageContaining("overwinter unfreeze");
      assertThat(query(writer, "SELECT name FROM public.units WHERE id = 1"))
          .containsExactly("one");
    }
  }

  @Test
  void keeps_signing_in_and_refreshing_tokens_but_no_change_of_identity() throws SQLException {
    raise("a");
    try (Connection auth = fixture.asSource("supabase_auth_admin")) {
      execute(auth, "UPDATE auth.users SET last_sign_in_at = now(), updated_at = now()");
      execute(auth, "UPDATE auth.identities SET last_sign_in_at = now(), updated_at = now()");
      execute(auth, "UPDATE auth.refresh_tokens SET revoked = true");
      execute(auth, "INSERT INTO auth.refresh_tokens VALUES (2, 'two', false)");
      execute(auth, "INSERT INTO auth.sessions VALUES (gen_random_uuid(), now())");
      for (String refused :
          List.of(
              "UPDATE auth.users SET email = 'x@y.z'",
              "UPDATE auth.users SET banned_until = now(), updated_at = now()",
              "UPDATE auth.users SET raw_user_meta_data = '{}'",
              "INSERT INTO auth.users (id) VALUES (gen_random_uuid())",
              "DELETE FROM auth.users",
              "TRUNCATE auth.users CASCADE",
              "UPDATE auth.identities SET identity_data = '{}'",
              "DELETE FROM auth.identities")) {
        assertRefused(auth, refused);
      }
    }
    fixture.step().prove(input("a"), fixture.context());
  }

  @Test
  void keeps_signing_in_by_link_code_or_provider_which_writes_what_was_there_again()
      throws SQLException {
    try (Connection auth = fixture.asSource("supabase_auth_admin")) {
      execute(
          auth,
          "UPDATE auth.users SET raw_user_meta_data = '{\"a\": 1}', phone_confirmed_at = now()");
      raise("a");
      execute(auth, "UPDATE auth.users SET recovery_token = '', updated_at = now()");
      execute(auth, "UPDATE auth.users SET raw_user_meta_data = '{ \"a\" : 1}'");
      execute(auth, "UPDATE auth.users SET phone_confirmed_at = clock_timestamp()");
      execute(auth, "UPDATE auth.identities SET identity_data = identity_data");
      for (String refused :
          List.of(
              "UPDATE auth.users SET raw_user_meta_data = '{\"a\": 2}'",
              "UPDATE auth.users SET raw_user_meta_data = NULL",
              "UPDATE auth.users SET phone_confirmed_at = NULL",
              "UPDATE auth.users SET email = email")) {
        assertRefused(auth, refused);
      }
    }
    fixture.step().prove(input("a"), fixture.context());
  }

  @Test
  void a_sign_in_at_which_a_trigger_of_the_application_changes_the_person_is_refused()
      throws SQLException {
    try (Connection auth = fixture.asSource("supabase_auth_admin")) {
      execute(
          auth,
          """
          CREATE FUNCTION auth.count_sign_in() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.banned_until := now(); RETURN NEW; END $$;
          CREATE TRIGGER zz_count BEFORE UPDATE ON auth.users FOR EACH ROW
            EXECUTE FUNCTION auth.count_sign_in()
          """);
      raise("a");

      assertRefused(auth, "UPDATE auth.users SET last_sign_in_at = now()");
    }
  }

  @Test
  void leaves_the_source_object_for_object_as_it_was_found() throws SQLException {
    List<String> before = sourceCatalog();

    raise("a");
    LiftReport report = fixture.step().lift(input("a"), fixture.context());

    assertThat(report.wasFrozen()).isTrue();
    assertThat(report.leftBehind()).isZero();
    assertThat(sourceCatalog()).isEqualTo(before);
    try (Connection writer = fixture.asSource("anon")) {
      execute(writer, "INSERT INTO public.rooms VALUES (9, 1, 'hall')");
    }
  }

  @Test
  void lifting_twice_or_without_a_freeze_changes_nothing() throws SQLException {
    List<String> before = sourceCatalog();
    assertThat(fixture.step().lift(input("a"), fixture.context()).wasFrozen()).isFalse();
    raise("a");
    fixture.step().lift(input("a"), fixture.context());
    assertThat(fixture.step().lift(input("a"), fixture.context()).wasFrozen()).isFalse();
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void raising_again_gives_the_same_freeze() {
    FreezeReport first = raise("a");
    assertThat(raise("a")).isEqualTo(first);
  }

  @RepeatedTest(5)
  void two_attempts_at_the_same_time_give_one_freeze() throws Exception {
    CompletableFuture<FreezeReport> other = CompletableFuture.supplyAsync(() -> raise("a"));
    FreezeReport mine = raise("a");
    assertThat(other.get().frozenSince()).isEqualTo(mine.frozenSince());
  }

  @Test
  void waits_for_a_writer_in_flight_and_names_it_meanwhile() throws Exception {
    try (Connection writer = fixture.asSource("hosted")) {
      writer.setAutoCommit(false);
      execute(writer, "INSERT INTO public.units VALUES (7, 'in flight')");
      String pid = query(writer, "SELECT pg_backend_pid()").get(0);
      CompletableFuture<FreezeReport> report =
          CompletableFuture.supplyAsync(
              () -> fixture.step().raise(input("a", 60, 100, 20), fixture.context()));
      while (fixture.progress().stream().noneMatch(told -> told.detail().contains("pid " + pid))) {
        Thread.sleep(10);
      }
      assertThat(fixture.progress())
          .anySatisfy(
              told ->
                  assertThat(told.detail())
                      .contains("waits for public.units: pid " + pid + " (idle in transaction, "));
      assertThat(report).isNotDone();
      writer.commit();
      assertThat(report.get().waitedMillis()).isPositive();
      assertThat(query(writer, "SELECT name FROM public.units WHERE id = 7"))
          .containsExactly("in flight");
    }
  }

  @Test
  void gives_up_on_a_writer_that_does_not_end_and_leaves_nothing_behind() throws SQLException {
    List<String> before = sourceCatalog();
    try (Connection writer = fixture.asSource("hosted")) {
      writer.setAutoCommit(false);
      execute(writer, "UPDATE public.rooms SET name = 'x'");
      String pid = query(writer, "SELECT pg_backend_pid()").get(0);

      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().raise(input("a", 60, 50, 1), fixture.context()),
          "public.rooms",
          "pid " + pid);
      execute(writer, "INSERT INTO public.units VALUES (8, 'goes on')");
      writer.commit();
    }
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void names_a_prepared_transaction_that_is_in_the_way() throws SQLException {
    try (Connection writer = fixture.asSource("hosted")) {
      execute(writer, "BEGIN");
      execute(writer, "UPDATE public.rooms SET name = 'x'");
      execute(writer, "PREPARE TRANSACTION 'held'");
      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().raise(input("a", 60, 50, 1), fixture.context()),
          "prepared transaction");
      execute(writer, "ROLLBACK PREPARED 'held'");
    }
  }

  @Test
  void a_reader_is_not_waited_for_when_raising() throws SQLException {
    try (Connection reader = fixture.asSource("hosted")) {
      reader.setAutoCommit(false);
      query(reader, "SELECT name FROM public.units");
      assertThat(raise("a").guardedTables()).isEqualTo(TABLES);
    }
  }

  @Test
  void a_reader_in_the_way_of_lifting_delays_only_the_cleaning_up() throws Exception {
    List<String> before = sourceCatalog();
    raise("a");
    try (Connection reader = fixture.asSource("hosted");
        Connection writer = fixture.asSource("hosted")) {
      reader.setAutoCommit(false);
      query(reader, "SELECT name FROM public.units");
      CompletableFuture<LiftReport> lifted =
          CompletableFuture.supplyAsync(() -> fixture.step().lift(input("a"), fixture.context()));
      while (query(writer, "SELECT 1 FROM overwinter.guard").size() == 1) {
        Thread.sleep(5);
      }
      execute(writer, "INSERT INTO public.units VALUES (8, 'at once')");
      assertThat(lifted).isNotDone();
      reader.commit();
      assertThat(lifted.get().leftBehind()).isZero();
    }
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void a_writer_that_slipped_in_between_two_freezes_is_drained() throws Exception {
    raise("a");
    // Lifted, and killed before the triggers were removed.
    SourceGuard.release(fixture.source(), guard -> true);
    try (Connection writer = fixture.asSource("hosted")) {
      writer.setAutoCommit(false);
      execute(writer, "UPDATE public.units SET name = name || '!'");
      CompletableFuture<FreezeReport> report =
          CompletableFuture.supplyAsync(
              () -> fixture.step().raise(input("b", 60, 50, 20), fixture.context()));
      while (fixture.progress().stream()
          .noneMatch(told -> told.detail().contains("waits for public.units: pid"))) {
        Thread.sleep(10);
      }
      writer.commit();
      assertThat(report.get().guardedTables()).isEqualTo(TABLES);
    }
  }

  @Test
  void refuses_when_another_run_holds_the_source() {
    raise("a");
    assertFails(
        FailureType.FROZEN_BY_ANOTHER_RUN,
        () -> raise("b"),
        "move-a",
        "its lease runs until",
        "overwinter unfreeze");
    assertThat(fixture.step().lift(input("b"), fixture.context()).wasFrozen()).isFalse();
    fixture.step().prove(input("a"), fixture.context());
  }

  @Test
  void takes_over_from_a_run_whose_lease_ran_out_and_says_so() throws Exception {
    fixture.step().raise(input("a", 1, 200, 2), fixture.context());
    Thread.sleep(1_100);

    assertThat(raise("b").guardedTables()).isEqualTo(TABLES);
    assertThat(fixture.progress())
        .anySatisfy(
            told ->
                assertThat(told.detail())
                    .startsWith("removed a stale guard raised by workflow move-a"));
    assertFails(
        FailureType.SOURCE_NOT_FROZEN, () -> fixture.step().prove(input("a"), fixture.context()));
  }

  @Test
  void unfreezing_explains_and_needs_force_while_the_lease_runs() throws SQLException {
    List<String> before = sourceCatalog();
    raise("a");
    assertFails(
        FailureType.FROZEN_BY_ANOTHER_RUN,
        () -> SourceGuard.unfreeze(fixture.source(), false),
        "move-a",
        "--force");
    UnfreezeReport report = SourceGuard.unfreeze(fixture.source(), true);
    assertThat(report.wasFrozen()).isTrue();
    assertThat(report.found()).contains("move-a");
    assertThat(report.leftBehind()).isZero();
    assertThat(sourceCatalog()).isEqualTo(before);
    assertThat(SourceGuard.unfreeze(fixture.source(), false).wasFrozen()).isFalse();
  }

  @Test
  void unfreezing_frees_a_guard_whose_row_was_deleted_by_hand() throws SQLException {
    List<String> before = sourceCatalog();
    raise("a");
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, "DELETE FROM overwinter.guard");
      assertRefused(owner, "INSERT INTO public.units VALUES (8)");
    }
    SourceGuard.unfreeze(fixture.source(), false);
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void a_schema_of_that_name_which_was_there_before_stays() throws SQLException {
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, "CREATE SCHEMA overwinter; CREATE TABLE overwinter.mine (id int)");
    }
    List<String> before = sourceCatalog();
    raise("a");
    fixture.step().lift(input("a"), fixture.context());
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void a_table_that_cannot_be_guarded_is_named_before_anything_is_touched() throws SQLException {
    try (Connection admin = fixture.asSource("postgres")) {
      execute(admin, "CREATE TABLE public.foreign_owned (id int)");
    }
    List<String> before = sourceCatalog();
    assertFails(FailureType.PRIVILEGE_MISSING, () -> raise("a"), "public.foreign_owned");
    assertThat(sourceCatalog()).isEqualTo(before);
  }

  @Test
  void nobody_else_may_touch_the_guard() throws SQLException {
    raise("a");
    try (Connection user = fixture.asSource("authenticated")) {
      assertThatThrownBy(() -> execute(user, "DELETE FROM overwinter.guard"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
    try (Connection owner = fixture.asSource("hosted")) {
      assertThat(
              query(
                  owner,
                  "SELECT has_table_privilege('authenticated', 'overwinter.guard', 'DELETE')"))
          .containsExactly("f");
    }
  }

  private FreezeReport raise(String run) {
    return fixture.step().raise(input(run), fixture.context());
  }

  private List<String> sourceCatalog() throws SQLException {
    try (Connection owner = fixture.asSource("postgres")) {
      return catalog(owner);
    }
  }

  static void assertRefused(Connection connection, String sql) {
    assertThatThrownBy(() -> execute(connection, sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("PT503"));
  }

  static void assertFails(FailureType type, Runnable step, String... says) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            StepException.class,
            e -> {
              assertThat(e.type()).isEqualTo(type);
              assertThat(List.of(says))
                  .allSatisfy(said -> assertThat(e).hasMessageContaining(said));
            });
  }
}
