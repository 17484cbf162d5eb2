package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static dev.overwinter.activities.freeze.FreezeFixture.query;
import static dev.overwinter.activities.freeze.FreezeStepTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever does not end is ended, if the request says so, and nobody else is. */
@Timeout(60)
class EndedWritersTest {
  private final StepInput ending = input("a", 60, 200, 3, 1);
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
  void an_idle_writer_is_ended_and_a_bystander_is_not() throws SQLException {
    try (Connection writer = fixture.asSource("authenticated");
        Connection reader = fixture.asSource("authenticated");
        Connection idle = fixture.asSource("authenticated")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      execute(reader, "BEGIN");
      query(reader, "SELECT name FROM public.units FOR SHARE");
      execute(idle, "SELECT 1");

      FreezeReport report = fixture.step().raise(ending, fixture.context());

      assertThat(report.endedWriters()).isEqualTo(1);
      assertThatThrownBy(() -> execute(writer, "COMMIT")).isInstanceOf(SQLException.class);
      assertThat(query(reader, "SELECT id FROM public.units")).containsExactly("1", "2");
      execute(idle, "SELECT 1");
      assertThat(fixture.step().prove(ending, fixture.context())).isEqualTo(report);
    }
  }

  @Test
  void one_who_wrote_before_the_closing_is_ended_after_it() throws SQLException {
    fixture.arm("a");
    try (Connection writer = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      FreezeReport report = fixture.step().raise(ending, fixture.context());
      assertThat(report.endedWriters()).isEqualTo(1);
      assertThat(report.refusedMillis()).isBetween(900L, 3_000L);
    }
  }

  @Test
  void nobody_is_ended_when_the_request_does_not_say_so() throws SQLException {
    try (Connection writer = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().raise(input("a", 60, 200, 2), fixture.context()),
          "public.units: pid ");
      execute(writer, "COMMIT");
    }
  }

  @Test
  void whom_our_role_may_not_end_is_told_and_so_is_a_prepared_transaction() throws SQLException {
    try (Connection superuser = fixture.asSource("postgres");
        Connection owner = fixture.asSource("hosted")) {
      execute(superuser, "BEGIN; INSERT INTO public.units VALUES (10)");
      execute(owner, "BEGIN; UPDATE public.rooms SET name = 'x'; PREPARE TRANSACTION 'kept'");
      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().raise(ending, fixture.context()),
          "(idle in transaction, 3 s) which our role may not end",
          "public.rooms: a prepared transaction");
      execute(superuser, "COMMIT");
      execute(owner, "ROLLBACK PREPARED 'kept'");
    }
  }

  @Test
  void a_session_that_has_gone_on_is_not_hit() throws SQLException {
    fixture.arm("a");
    try (Connection writer = fixture.asSource("hosted")) {
      execute(writer, "BEGIN; INSERT INTO public.units VALUES (10)");
      Blocker seen = Blockers.writers(fixture.source(), Guard.SOURCE).get(0);
      execute(writer, "COMMIT; BEGIN; INSERT INTO public.units VALUES (11)");
      assertThat(EndedWriters.end(fixture.source(), ending.run(), seen)).isFalse();
      Blocker reused =
          new Blocker(
              Blockers.writers(fixture.source(), Guard.SOURCE).get(0).transaction(),
              seen.pid(),
              "2020-01-01 00:00:00+00",
              true,
              seen.table(),
              seen.state(),
              seen.millis());
      assertThat(EndedWriters.end(fixture.source(), ending.run(), reused)).isFalse();
      execute(writer, "COMMIT");
    }
  }

  @Test
  void of_many_writers_five_are_told_and_the_others_counted() throws SQLException {
    List<Connection> writers = new ArrayList<>();
    try {
      for (int id = 10; id < 17; id++) {
        Connection writer = fixture.asSource("authenticated");
        writers.add(writer);
        execute(
            writer, "BEGIN; INSERT INTO public.units VALUES (%1$d, 'secret %1$d')".formatted(id));
      }
      assertFails(
          FailureType.WRITERS_IN_FLIGHT,
          () -> fixture.step().raise(input("a", 60, 50, 1), fixture.context()),
          "; and 2 more");
      assertThat(fixture.progress())
          .anySatisfy(
              told ->
                  assertThat(told.detail())
                      .matches(
                          "1 tables to guard, waits for (public.units: pid \\d+ \\(idle in transaction, \\d s\\); ){5}and 2 more"))
          .allSatisfy(told -> assertThat(told.detail()).doesNotContain("secret", "INSERT"));
    } finally {
      for (Connection writer : writers) {
        writer.close();
      }
    }
  }
}
