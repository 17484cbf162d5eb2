package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** None of the ways in which an application, a service or a superuser writes changes a row. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryWayToWriteTest {
  private static final String ROWS =
      """
      SELECT 'unit ' || u::text FROM public.units u
      UNION ALL SELECT 'room ' || r::text FROM public.rooms r
      UNION ALL SELECT 'event ' || e::text FROM public.events e
      UNION ALL SELECT 'user ' || u::text FROM auth.users u
      UNION ALL SELECT 'identity ' || i::text FROM auth.identities i
      ORDER BY 1
      """;

  private FreezeFixture fixture;
  private List<String> before;
  private Connection olderThanTheFreeze;

  @BeforeAll
  void freeze() throws SQLException {
    fixture = new FreezeFixture();
    before = rows();
    olderThanTheFreeze = fixture.asSource("hosted");
    execute(olderThanTheFreeze, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    query(olderThanTheFreeze, "SELECT 1 FROM pg_class");
    fixture.step().raise(input("a"), fixture.context());
  }

  @AfterAll
  void close() throws SQLException {
    olderThanTheFreeze.close();
    fixture.close();
  }

  static Stream<Arguments> writers() {
    return Stream.of(
        arguments("insert", "authenticated", "INSERT INTO public.units VALUES (3)"),
        arguments("update", "service_role", "UPDATE public.units SET name = 'x'"),
        arguments("delete", "authenticated", "DELETE FROM public.rooms"),
        arguments("of no row", "authenticated", "UPDATE public.units SET name = 'x' WHERE false"),
        arguments(
            "as the API does",
            "authenticated",
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; INSERT INTO public.units VALUES (3)"),
        arguments("definer function", "anon", "SELECT public.add_unit(3)"),
        arguments(
            "on conflict",
            "authenticated",
            "INSERT INTO public.units VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'"),
        arguments(
            "merge",
            "authenticated",
            "MERGE INTO public.units u USING (SELECT 1 AS id) s ON u.id = s.id"
                + " WHEN MATCHED THEN UPDATE SET name = 'x'"),
        arguments(
            "with",
            "authenticated",
            "WITH gone AS (DELETE FROM public.rooms RETURNING id) SELECT count(*) FROM gone"),
        arguments("truncate", "hosted", "TRUNCATE public.units CASCADE"),
        arguments("truncate a partition", "hosted", "TRUNCATE public.events_new"),
        arguments(
            "into the partitioned table",
            "authenticated",
            "INSERT INTO public.events VALUES (3, '2026-06-01')"),
        arguments(
            "into a partition",
            "authenticated",
            "INSERT INTO public.events_new VALUES (3, '2026-06-01')"),
        arguments(
            "into a partition of another schema",
            "hosted",
            "INSERT INTO parts.events_old VALUES (3, '2020-06-01')"),
        arguments("cascade from a table", "hosted", "DELETE FROM public.units WHERE id = 1"),
        arguments("owner", "hosted", "UPDATE public.rooms SET name = 'x'"),
        arguments("superuser", "postgres", "UPDATE public.rooms SET name = 'x'"),
        arguments(
            "replica",
            "postgres",
            "SET session_replication_role = replica; UPDATE public.rooms SET name = 'x'"),
        arguments(
            "serializable",
            "hosted",
            "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.rooms SET name = 'x'"),
        arguments(
            "sign-up",
            "supabase_auth_admin",
            "INSERT INTO auth.users (id) VALUES (gen_random_uuid())"),
        arguments("change of e-mail", "supabase_auth_admin", "UPDATE auth.users SET email = 'x'"),
        arguments("removal of a user", "supabase_auth_admin", "DELETE FROM auth.users"));
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("writers")
  void is_refused(String way, String role, String statement) throws SQLException {
    try (Connection writer = fixture.asSource(role)) {
      FreezeStepTest.assertRefused(writer, statement);
      execute(writer, "COMMIT");
    }
    assertThat(rows()).as(way).isEqualTo(before);
  }

  @Test
  void copy_is_refused() throws SQLException {
    try (Connection writer = fixture.asSource("hosted")) {
      assertThatThrownBy(() -> copyIn(writer))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("PT503"));
    }
    assertThat(rows()).isEqualTo(before);
  }

  private static void copyIn(Connection writer) throws SQLException, IOException {
    writer
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY public.units FROM STDIN", new StringReader("9\tcopied\n"));
  }

  @Test
  void a_repeatable_read_transaction_older_than_the_freeze_is_refused() throws SQLException {
    FreezeStepTest.assertRefused(
        olderThanTheFreeze, "INSERT INTO public.units VALUES (9, 'from the past')");
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void an_exception_handler_of_the_application_hides_the_refusal_but_writes_nothing()
      throws SQLException {
    try (Connection writer = fixture.asSource("hosted")) {
      execute(
          writer,
          """
          DO $$ BEGIN
            INSERT INTO public.units VALUES (9, 'x');
          EXCEPTION WHEN OTHERS THEN NULL;
          END $$
          """);
    }
    assertThat(rows()).isEqualTo(before);
  }

  private List<String> rows() throws SQLException {
    try (Connection reader = fixture.asSource("hosted")) {
      return query(reader, ROWS);
    }
  }
}
