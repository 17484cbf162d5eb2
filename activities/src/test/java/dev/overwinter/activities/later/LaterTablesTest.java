package dev.overwinter.activities.later;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.later.LaterFixture.Later;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.LaterPlan;
import dev.overwinter.workflows.steps.LaterUndoSummary;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables left for later come into a target that the application has begun to use. */
final class LaterTablesTest {
  private static final String SOURCE =
      """
      CREATE TABLE public.units (id int PRIMARY KEY, owner uuid REFERENCES auth.users, label text);
      CREATE TABLE public.history (
        id bigserial PRIMARY KEY, unit_id int REFERENCES public.units, by uuid, doc jsonb, kind char(4),
        before bigint REFERENCES public.history, size int, twice int GENERATED ALWAYS AS (size * 2) STORED);
      CREATE TABLE public.notes (
        id int PRIMARY KEY, history_id bigint REFERENCES public.history, first text, last text,
        day date NOT NULL);
      CREATE TABLE public.plain (line text);
      INSERT INTO public.units
        SELECT i, ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, 'unit ' || i
          FROM generate_series(1, 50) i;
      INSERT INTO public.history (unit_id, by, doc, kind, size)
        SELECT 1 + i % 50, ('00000000-0000-4000-8000-' || lpad((1 + i % 50)::text, 12, '0'))::uuid,
               jsonb_build_object('by', ('00000000-0000-4000-8000-' || lpad((1 + i % 50)::text, 12, '0')), 'n', i),
               'a', i
          FROM generate_series(1, 4000) i;
      UPDATE public.history SET before = 4001 - id WHERE id % 3 = 0;
      INSERT INTO public.history (id, unit_id, by, size)
        VALUES (9000, 1, '00000000-0000-4000-8000-000000000001', 1);
      INSERT INTO public.notes
        SELECT i, 1 + i % 4000, 'f' || i, nullif('l' || i, 'l7'), '2020-01-01'::date + i
          FROM generate_series(1, 3000) i;
      INSERT INTO public.plain SELECT 'line ' || i % 10 FROM generate_series(1, 500) i;
      """;

  private static final String TARGET =
      """
      CREATE TABLE public.units (id int PRIMARY KEY, owner uuid, label text);
      CREATE TABLE public.history (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit_id int REFERENCES public.units,
        by uuid, doc jsonb, kind char(4), before bigint REFERENCES public.history,
        size int, twice int GENERATED ALWAYS AS (size * 2) STORED);
      CREATE SCHEMA archive;
      CREATE TABLE archive.remarks (
        id int NOT NULL, history_id bigint REFERENCES public.history, name text NOT NULL,
        origin text NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE archive.remarks_old PARTITION OF archive.remarks FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
      CREATE TABLE archive.remarks_new PARTITION OF archive.remarks DEFAULT;
      CREATE TABLE public.plain (line text);
      """;

  private static final String REQUEST =
      """
      {'tables': {
        'public.history': {'later': true},
        'public.notes': {'later': true, 'rename': 'archive.remarks', 'filter': 'id > 10', 'columns': {
          'first': {'drop': true}, 'last': {'drop': true},
          'name': {'expression': 'first || coalesce(last, \\u0027\\u0027)'},
          'origin': {'constant': 'old'}}},
        'public.plain': {'later': true}}}
      """;

  private static final String SMALL_CHUNKS = "{'run': 'night', 'copy': {'chunkBytes': 65536}}";

  @TempDir private Path archive;
  private LaterFixture fixture;

  @BeforeEach
  void set_up() {
    fixture = new LaterFixture(archive, SOURCE, TARGET, REQUEST);
    fixture.load();
    fixture.goLive();
  }

  @AfterEach
  void tear_down() {
    fixture.close();
  }

  private void applicationWrites() {
    TestServer.execute(
        fixture.target,
        """
        INSERT INTO public.history (unit_id, by, doc, size)
          SELECT 1, 'ffffffff-0000-4000-8000-000000000001', '{"new": true}', -i FROM generate_series(1, 20) i;
        INSERT INTO public.plain VALUES ('line 1'), ('the application''s');
        """);
  }

  private static final String CARRIED_HISTORY =
      """
      SELECT string_agg(h::text, E'\\n' ORDER BY id) FROM (
        SELECT id, unit_id, overlay(by::text PLACING '%s' FROM 1) AS by,
               replace(doc::text, '"by": "00000000', '"by": "%1$s') AS doc, kind, before, size, twice
          FROM public.history WHERE size > 0) h
      """;

  private void everythingIsThere() {
    assertThat(fixture.onTarget(CARRIED_HISTORY.formatted("ffffffff")))
        .isEqualTo(fixture.onSource(CARRIED_HISTORY.formatted("ffffffff")));
    assertThat(
            fixture.onTarget(
                "SELECT string_agg(r::text, E'\\n' ORDER BY id) FROM archive.remarks r"))
        .isEqualTo(
            fixture.onSource(
                """
                SELECT string_agg(ROW(id, history_id, first || coalesce(last, ''), 'old', day)::text,
                                  E'\\n' ORDER BY id)
                  FROM public.notes WHERE id > 10
                """));
    assertThat(
            fixture.onTarget(
                "SELECT string_agg(line || n, ',' ORDER BY line) FROM"
                    + " (SELECT line, count(*) n FROM public.plain GROUP BY 1) x"))
        .isEqualTo(
            "line 050,line 151,line 250,line 350,line 450,line 550,line 650,line 750,line 850,"
                + "line 950,the application's1");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history WHERE size < 0"))
        .isEqualTo("20");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {SMALL_CHUNKS, "{'run': 'night', 'copy': {'chunkBytes': 65536, 'archive': false}}"})
  void every_row_comes_beside_the_applications_own(String request) {
    applicationWrites();
    Later later = fixture.later(request);
    LaterPlan plan = later.open();
    assertThat(later.blockers()).isEmpty();
    assertThat(plan.first()).isEqualTo(LaterFixture.FIRST);
    assertThat(plan.tables()).containsExactly("public.history", "public.notes", "public.plain");
    later.carry();
    VerificationSummary verified = later.verify();
    later.close();
    later.close();

    assertThat(verified.findings()).isEmpty();
    assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(verified.rows()).isEqualTo(4001 + 2990 + 500);
    everythingIsThere();
    assertThat(
            fixture.onTarget(
                "SELECT count(*) FROM overwinter.user_account WHERE run_id <> '%s'"
                    .formatted(LaterFixture.FIRST.runId())))
        .as("a second copy of the mapping")
        .isEqualTo("0");
    assertThat(fixture.later("{'run': 'night'}").blockers())
        .singleElement()
        .asString()
        .contains("Every table that the run has left for later is carried already");
    assertThat(fixture.later("{'run': 'night', 'tables': {'public.plain': {}}}").blockers())
        .singleElement()
        .asString()
        .contains("public.plain: Workflow " + later.run.workflowId() + " has carried this table");
    assertThatThrownBy(later::undo)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
    everythingIsThere();
  }

  @Test
  void the_application_draws_numbers_beyond_those_that_come_later() {
    assertThat(fixture.onTarget("SELECT nextval('public.history_id_seq')")).isEqualTo("9001");
  }

  @Test
  void a_taken_key_parks_and_names_the_constraint_and_no_value() {
    applicationWrites();
    TestServer.execute(
        fixture.target,
        "INSERT INTO public.history (id, size) OVERRIDING SYSTEM VALUE VALUES (3999, -99)");
    Later later = fixture.later(SMALL_CHUNKS);
    assertThatThrownBy(later::carry)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ROWS_REFUSED))
        .hasMessageContaining("public.history: ")
        .hasMessageContaining("constraint history_pkey of public.history")
        .hasMessageNotContaining("3999");

    TestServer.execute(fixture.target, "DELETE FROM public.history WHERE id = 3999");
    later.load();
    assertThat(later.verify().verdict()).isEqualTo(Verdict.PASSED);
    everythingIsThere();
  }

  @Test
  void going_back_removes_what_was_loaded_and_nothing_else() {
    applicationWrites();
    Later later = fixture.later(SMALL_CHUNKS);
    later.carry();
    TestServer.execute(
        fixture.target,
        "UPDATE public.history SET doc = '{}' WHERE id IN (1, 2); DELETE FROM public.plain WHERE line = 'line 3'");
    TestServer.execute(fixture.target, "VACUUM FREEZE");

    LaterUndoSummary undone = later.undo();

    assertThat(undone).isEqualTo(new LaterUndoSummary(4001 + 2990 + 500 - 52, 52));
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history WHERE size > 0"))
        .isEqualTo("2");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.history WHERE size < 0"))
        .isEqualTo("20");
    assertThat(fixture.onTarget("SELECT string_agg(line, ',' ORDER BY line) FROM public.plain"))
        .isEqualTo("line 1,the application's");
    assertThat(later.undo()).isEqualTo(new LaterUndoSummary(0, 0));
    assertThatThrownBy(later::load)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));

    TestServer.execute(fixture.target, "DELETE FROM public.history WHERE size > 0");
    Later again = fixture.later(SMALL_CHUNKS);
    again.carry();
    assertThat(again.verify().verdict()).isEqualTo(Verdict.PASSED);
    everythingIsThere();
  }

  @Test
  void going_back_reaches_no_row_that_the_application_has_written_since() {
    TestServer.execute(
        fixture.target,
        "CREATE TABLE public.likes (history_id bigint REFERENCES public.history ON DELETE CASCADE)");
    Later later = fixture.later(SMALL_CHUNKS);
    later.carry();
    TestServer.execute(fixture.target, "INSERT INTO public.likes VALUES (17)");

    assertThatThrownBy(later::undo)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.ROWS_REFUSED))
        .hasMessageContaining("likes_history_id_fkey of public.likes");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.likes")).isEqualTo("1");

    TestServer.execute(fixture.target, "DELETE FROM public.likes");
    assertThat(later.undo().left()).isZero();
  }

  @Test
  void a_run_that_was_broken_off_is_replaced_by_name() {
    Later dead = fixture.later(SMALL_CHUNKS);
    dead.carry();
    assertThat(fixture.later(SMALL_CHUNKS).blockers())
        .hasSize(3)
        .allSatisfy(blocker -> assertThat(blocker).contains("\"insteadOf\": \"later-"));
    Later next =
        fixture.later("{'run': 'night', 'insteadOf': '%s'}".formatted(dead.run.workflowId()));
    applicationWrites();
    next.carry();
    assertThat(next.verify().verdict()).isEqualTo(Verdict.PASSED);
    everythingIsThere();
    assertThatThrownBy(dead::load).hasMessageContaining("has gone back");
  }

  @Test
  void triggers_fire_only_where_somebody_said_so() {
    TestServer.execute(
        fixture.target,
        """
        CREATE TABLE public.seen (line text);
        CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO public.seen VALUES (NEW.line); RETURN NULL; END $$;
        CREATE TRIGGER see AFTER INSERT ON public.plain FOR EACH ROW EXECUTE FUNCTION public.see();
        CREATE FUNCTION public.shout() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN NEW.line := upper(NEW.line); RETURN NEW; END $$;
        """);
    assertThat(fixture.later("{'run': 'night', 'tables': {'public.plain': {}}}").blockers())
        .singleElement()
        .asString()
        .contains("public.plain: Triggers of the application would fire for carried rows: see.");

    Later fires =
        fixture.later("{'run': 'night', 'tables': {'public.plain': {'triggers': 'fire'}}}");
    fires.carry();
    assertThat(fixture.onTarget("SELECT count(*) FROM public.seen")).isEqualTo("500");
    fires.undo();

    TestServer.execute(
        fixture.target,
        """
        DROP TRIGGER see ON public.plain;
        CREATE TRIGGER shout BEFORE INSERT ON public.plain FOR EACH ROW
          WHEN (current_setting('overwinter.loading', true) IS DISTINCT FROM 'on')
          EXECUTE FUNCTION public.shout();
        """);
    Later passedOver =
        fixture.later("{'run': 'night', 'tables': {'public.plain': {'triggers': 'fire'}}}");
    passedOver.carry();
    passedOver.undo();

    TestServer.execute(
        fixture.target,
        """
        DROP TRIGGER shout ON public.plain;
        CREATE TRIGGER shout BEFORE INSERT ON public.plain FOR EACH ROW EXECUTE FUNCTION public.shout();
        """);
    Later changed =
        fixture.later("{'run': 'night', 'tables': {'public.plain': {'triggers': 'fire'}}}");
    assertThatThrownBy(changed::carry)
        .isInstanceOfSatisfying(
            StepException.class,
            e -> assertThat(e.type()).isEqualTo(FailureType.VERIFICATION_FAILED))
        .hasMessageContaining("the target stored 500, but not the same ones");
    assertThat(fixture.onTarget("SELECT count(*) FROM public.plain")).isEqualTo("0");
  }
}
