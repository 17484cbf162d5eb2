package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SourceFenceTest {
  private static final String TRIGGER = "\"00_overwinter_refuse_writes\"";

  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.sourceOnly();
    fixture.step().raise(input("a"), fixture.context());
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        arguments("CREATE TABLE public.fresh (id int)", "public.fresh was created"),
        arguments(
            "CREATE TABLE parts.more PARTITION OF public.events"
                + " FOR VALUES FROM ('1990-01-01') TO ('2000-01-01')",
            "parts.more was created"),
        arguments("DROP TABLE public.rooms", "public.rooms was dropped"),
        arguments("ALTER TABLE public.rooms RENAME TO halls", "public.rooms was renamed"),
        arguments(
            "DROP TRIGGER " + TRIGGER + " ON public.rooms", "guard on public.rooms was dropped"),
        arguments(
            "ALTER TABLE public.rooms DISABLE TRIGGER USER", "guard on public.rooms was disabled"),
        arguments(
            "ALTER TABLE public.rooms DISABLE TRIGGER USER; UPDATE public.rooms SET name = 'x';"
                + " ALTER TABLE public.rooms ENABLE ALWAYS TRIGGER "
                + TRIGGER,
            "guard on public.rooms was replaced, or off for a while"),
        arguments(
            "CREATE OR REPLACE FUNCTION overwinter.refuse_writes() RETURNS trigger LANGUAGE plpgsql"
                + " AS 'BEGIN RETURN NULL; END'",
            "refuse_writes() was replaced"),
        arguments("VACUUM FULL public.rooms", "public.rooms was rewritten"),
        arguments("CLUSTER public.rooms USING rooms_pkey", "public.rooms was rewritten"),
        arguments(
            "ALTER TABLE public.rooms ADD COLUMN size int",
            "columns or partitions of public.rooms"),
        arguments(
            "ALTER TABLE public.events DETACH PARTITION public.events_new",
            "columns or partitions of public.events_new"));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void a_change_past_the_guard_is_named(String change, String named) throws SQLException {
    fixture.step().prove(input("a"), fixture.context());
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, change);
    }
    assertFails(
        FailureType.SOURCE_NOT_FROZEN,
        () -> fixture.step().prove(input("a"), fixture.context()),
        named);
  }

  @Test
  void changes_of_people_that_are_let_past_for_a_while_are_named() throws SQLException {
    try (Connection superuser = fixture.asSource("postgres")) {
      execute(
          superuser,
          """
          DO $$ DECLARE name text := (SELECT tgname FROM pg_trigger
                                       WHERE tgrelid = 'auth.users'::regclass AND tgtype = 17
                                         AND tgname LIKE '%overwinter%');
          BEGIN
            EXECUTE format('ALTER TABLE auth.users DISABLE TRIGGER %I', name);
            EXECUTE format('ALTER TABLE auth.users ENABLE TRIGGER %I', name);
          END $$
          """);
    }
    assertFails(
        FailureType.SOURCE_NOT_FROZEN,
        () -> fixture.step().prove(input("a"), fixture.context()),
        "the guard on auth.users was replaced, or off for a while");
  }

  @Test
  void reading_vacuuming_and_analyzing_break_nothing() throws SQLException {
    try (Connection owner = fixture.asSource("hosted")) {
      execute(owner, "VACUUM ANALYZE public.rooms");
      execute(owner, "REINDEX TABLE public.rooms");
      execute(owner, "SELECT count(*) FROM public.rooms");
    }
    assertThat(fixture.step().prove(input("a"), fixture.context()).rolesProven()).isEqualTo(5);
  }

  @Test
  void a_write_that_no_trigger_sees_is_found_in_the_statistics() throws Exception {
    try (Connection superuser = fixture.asSource("postgres")) {
      execute(
          superuser, "UPDATE overwinter.guard SET frozen_since = now() - interval '10 minutes'");
      fixture.step().prove(input("a"), fixture.context());
      // Replica mode fires no trigger on tables that we do not own.
      execute(superuser, "SET session_replication_role = replica");
      execute(superuser, "INSERT INTO auth.users (id) VALUES (gen_random_uuid())");
      execute(superuser, "SELECT pg_stat_force_next_flush()");
    }
    assertFails(
        FailureType.SOURCE_NOT_FROZEN,
        () -> fixture.step().prove(input("a"), fixture.context()),
        "1 rows of auth.users were written past the guard");
  }

  @Test
  void a_subscription_that_is_enabled_is_named() throws SQLException {
    try (Connection superuser = fixture.asSource("postgres")) {
      execute(
          superuser,
          """
          CREATE SUBSCRIPTION incoming CONNECTION 'host=nowhere.invalid' PUBLICATION outgoing
            WITH (connect = false, slot_name = 'outgoing');
          INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)
            SELECT oid, 'public.rooms'::regclass, 'r' FROM pg_subscription
             WHERE subname = 'incoming';
          """);
      fixture.step().prove(input("a"), fixture.context());
      execute(superuser, "ALTER SUBSCRIPTION incoming ENABLE");
      assertFails(
          FailureType.SOURCE_NOT_FROZEN,
          () -> fixture.step().prove(input("a"), fixture.context()),
          "subscription incoming writes to public.rooms past the guard");
      execute(superuser, "ALTER SUBSCRIPTION incoming DISABLE");
      execute(superuser, "ALTER SUBSCRIPTION incoming SET (slot_name = NONE)");
      execute(superuser, "DROP SUBSCRIPTION incoming");
    }
  }

  @Test
  void sign_ins_and_reset_statistics_are_no_writes() throws SQLException {
    try (Connection superuser = fixture.asSource("postgres")) {
      execute(
          superuser, "UPDATE overwinter.guard SET frozen_since = now() - interval '10 minutes'");
      fixture.step().prove(input("a"), fixture.context());
      execute(superuser, "UPDATE auth.users SET last_sign_in_at = now()");
      execute(superuser, "SELECT pg_stat_force_next_flush()");
      fixture.step().prove(input("a"), fixture.context());
      execute(superuser, "SELECT pg_stat_reset()");
      fixture.step().prove(input("a"), fixture.context());
    }
  }
}
