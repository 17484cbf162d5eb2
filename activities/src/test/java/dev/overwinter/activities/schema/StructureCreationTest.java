package dev.overwinter.activities.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.TargetPass;
import dev.overwinter.activities.load.ImportLane;
import dev.overwinter.activities.load.LoadTestServer;
import dev.overwinter.activities.load.TargetLoad;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StructureCreationTest {
  private StructurePair pair;

  @BeforeEach
  void set_up() throws SQLException {
    pair = new StructurePair();
  }

  @AfterEach
  void tear_down() throws SQLException {
    pair.close();
  }

  @Test
  void everything_is_created_as_the_source_defines_it() throws SQLException {
    pair.onSource(StructurePair.script("everything.sql"));
    List<String> before = StructureSnapshot.of(pair.target());
    pair.beginRun();
    pair.create();

    assertSame(StructureSnapshot.of(pair.target()), StructureSnapshot.of(pair.source()));
    assertThat(pair.rollBack()).isEmpty();
    assertSame(StructureSnapshot.of(pair.target()), before);
  }

  @Test
  void rows_go_through_what_was_created_as_a_role_that_is_no_superuser(@TempDir Path archive)
      throws SQLException {
    pair.onSource(StructurePair.script("everything.sql") + StructurePair.script("rows.sql"));
    pair.onSource("CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
    StepInput input = pair.input();
    StepContext context = StructurePair.context();
    new FreezeStep(
            pair.sourceSide,
            pair.targetSide,
            new StructureCreation(pair.sourceSide, pair.targetSide)::create)
        .guardTarget(input, context);
    assertThatThrownBy(() -> pair.onTarget("DELETE FROM shop.dogs WHERE true"))
        .hasMessageContaining("takes no writes");
    List<String> created = StructureSnapshot.of(pair.target());

    new RemapPlanning(pair.sourceSide, pair.targetSide, 2).plan(input, context);
    TargetLoad load = new TargetLoad(pair.sourceSide, pair.targetSide, 2);
    load.putAside(input, context);
    new ChunkPlanner(pair.sourceSide, pair.targetSide).plan(input, context);
    new ExportLane(pair.sourceSide, pair.targetSide, archive).run(input, context);
    new ImportLane(
            pair.sourceSide, pair.targetSide, archive, TargetPass::apply, new LedgerRowRemappers())
        .run(input, context);
    load.completeLoad(input, context);
    VerificationSummary verified =
        new Verification(pair.sourceSide, pair.targetSide, 2).verify(input, context);

    assertThat(verified.findings()).noneMatch(it -> it.severity() == Severity.BLOCKER);
    assertThat(verified.verdict()).isEqualTo(Verdict.PASSED);
    assertSame(StructureSnapshot.of(pair.target()), created);
    assertThat(
            LoadTestServer.texts(
                pair.target(),
                "SELECT count(*) FROM shop.readings UNION SELECT nextval('shop.cache_id_seq')"))
        .containsExactlyInAnyOrder("393", "301");
    assertThat(LoadTestServer.texts(pair.target(), "SELECT all_units FROM shop.totals_of_totals"))
        .containsExactly("300");
  }

  @Test
  void what_supabase_alone_has_is_left_out_and_told_one_by_one() throws SQLException {
    try (Connection superuser = LoadTestServer.superuser(pair.sourceName)) {
      LoadTestServer.execute(
          superuser,
          """
          CREATE SCHEMA auth; CREATE SCHEMA extensions;
          CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
          CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
          CREATE TYPE auth.level AS ENUM ('aal1');
          CREATE EXTENSION hstore SCHEMA extensions; CREATE EXTENSION citext SCHEMA public;
          GRANT USAGE ON SCHEMA auth, extensions TO app_owner; GRANT ALL ON auth.users TO app_owner;
          CREATE AGGREGATE public.total (int) (sfunc = int4pl, stype = int);
          """);
    }
    pair.onSource(
        """
        CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users, tags extensions.hstore[], mail public.citext);
        CREATE TABLE public.notes (id uuid DEFAULT gen_random_uuid(), owner uuid DEFAULT auth.uid() REFERENCES auth.users,
          profile uuid REFERENCES public.profiles, body text, CHECK (auth.uid() IS NULL));
        CREATE INDEX by_users ON public.notes (body text_pattern_ops);
        CREATE TABLE public.levels (level auth.level);
        CREATE TABLE public.behind (id int PRIMARY KEY);
        CREATE TABLE public.ahead (id int REFERENCES public.behind);
        CREATE VIEW public.people AS SELECT email FROM auth.users;
        CREATE VIEW public.people_again AS SELECT * FROM public.people;
        CREATE VIEW public.mine AS SELECT * FROM public.notes;
        CREATE FUNCTION public.me() RETURNS text LANGUAGE sql AS $$ SELECT email FROM "auth".users WHERE id = auth.uid() $$;
        CREATE FUNCTION public.made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER made AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.made();
        ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON public.notes USING (owner = auth.uid());
        CREATE POLICY short ON public.notes FOR SELECT USING (length(body) < 9);
        """);
    pair.request("{\"skipTables\": [\"public.behind\"], \"target\": {\"createTables\": true}}");
    assertThat(pair.leftOut())
        .containsExactlyInAnyOrder(
            "BLOCKER table public.levels: It is not created in the target: it needs the type auth.level, which the target has not.",
            "WARNING default value for public.notes.owner: It is not created in the target: it needs the function auth.uid(), which the target has not.",
            "WARNING table constraint notes_check on public.notes: It is not created in the target: it needs the function auth.uid(), which the target has not.",
            "WARNING view public.people: It is not created in the target: it needs the table auth.users, which the target has not.",
            "WARNING view public.people_again: It is not created in the target: it needs the view public.people, which is not created.",
            "WARNING table constraint ahead_id_fkey on public.ahead: It is not created in the target: it refers to public.behind, which this run does not carry.",
            "NOTE table constraint notes_owner_fkey on public.notes: It is not created in the target: it refers to auth.users, which this run does not carry.",
            "NOTE table constraint profiles_id_fkey on public.profiles: It is not created in the target: it refers to auth.users, which this run does not carry.",
            "WARNING policy own on public.notes: It is not created in the target: it needs the function auth.uid(), which the target has not.",
            "WARNING forced row level security of public.notes: It is not created in the target: it would keep the target role from loading the table.",
            "WARNING aggregate public.total(integer): It is not created in the target: the run creates no such objects.",
            "WARNING trigger made on auth.users: It is not created in the target: the run creates no such objects.",
            "WARNING function public.me(): It is created, but seems to use auth.uid, which the target has not; whoever calls it gets an error.",
            "WARNING function public.me(): It is created, but seems to use auth.users, which the target has not; whoever calls it gets an error.");
    pair.beginRun();
    assertThatThrownBy(pair::create)
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED))
        .hasMessageContaining("table public.levels");
    pair.onSource("DROP TABLE public.levels");
    pair.create();

    assertThat(
            LoadTestServer.texts(
                pair.target(),
                """
                SELECT conname FROM pg_constraint WHERE conrelid >= 16384 AND connamespace = 'public'::regnamespace
                UNION SELECT polname FROM pg_policy UNION SELECT extname FROM pg_extension
                UNION SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
                """))
        .containsExactlyInAnyOrder(
            "profiles_pkey", "notes_profile_fkey", "short", "plpgsql", "hstore", "citext", "mine");
    assertThat(pair.rollBack()).isEmpty();
    assertThat(LoadTestServer.texts(pair.target(), "SELECT extname FROM pg_extension"))
        .containsExactly("plpgsql");
  }

  @Test
  void two_attempts_at_one_time_create_once_and_one_that_dies_leaves_nothing() throws Exception {
    pair.onSource(StructurePair.script("everything.sql"));
    List<String> before = StructureSnapshot.of(pair.target());
    pair.beginRun();
    // What stands in the way of the very last thing: whatever was created before goes with it.
    pair.onTarget(
        "CREATE FUNCTION overwinter.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE division_by_zero; END'");
    pair.onTarget(
        "CREATE TRIGGER no BEFORE INSERT ON overwinter.created_structure EXECUTE FUNCTION overwinter.no()");
    assertThatThrownBy(pair::create).isInstanceOf(StepException.class);
    assertSame(StructureSnapshot.of(pair.target()), before);
    pair.onTarget("DROP FUNCTION overwinter.no() CASCADE");

    CompletableFuture<Void> other = CompletableFuture.runAsync(pair::create);
    pair.create();
    other.get(1, TimeUnit.MINUTES);
    assertThat(
            LoadTestServer.texts(
                pair.target(), "SELECT count(*) FROM overwinter.created_structure"))
        .containsExactly("1");
    assertSame(StructureSnapshot.of(pair.target()), StructureSnapshot.of(pair.source()));

    pair.onTarget("INSERT INTO overwinter.run VALUES ('earlier', 'w', now(), now())");
    pair.rollBack();
    assertThatThrownBy(pair::create).hasMessageContaining("does not hold this run");
    assertSame(StructureSnapshot.of(pair.target()), before);
  }

  @Test
  void what_was_there_before_stays_as_it_is() throws SQLException {
    pair.onSource(StructurePair.script("everything.sql"));
    pair.onTarget(
        """
        CREATE SCHEMA shop;
        CREATE TYPE shop.state AS ENUM ('new', 'don''t know', 'old', 'of the target');
        CREATE TABLE shop.animals (id int PRIMARY KEY, name text, weight numeric, more int DEFAULT 1);
        CREATE SEQUENCE shop.down START 77;
        CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        """);
    List<String> before = StructureSnapshot.of(pair.target());
    pair.beginRun();
    pair.create();

    assertThat(StructureSnapshot.of(pair.target()))
        .contains(before.toArray(String[]::new))
        .hasSizeGreaterThan(2 * before.size());
    assertThat(pair.rollBack()).isEmpty();
    assertSame(StructureSnapshot.of(pair.target()), before);
  }

  @Test
  void a_rollback_leaves_what_others_need_and_what_others_have_written() throws SQLException {
    pair.onSource(
        "CREATE TABLE public.a (id int PRIMARY KEY); CREATE TABLE public.b (id int); CREATE TYPE public.t AS ENUM ('x')");
    pair.beginRun();
    pair.create();
    pair.onTarget("CREATE VIEW public.of_somebody AS SELECT * FROM public.a");

    assertThat(pair.rollBack()).containsExactly("table public.a");
    assertThat(
            LoadTestServer.texts(
                pair.target(),
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
        .containsExactlyInAnyOrder("a", "of_somebody");

    pair.beginRun();
    pair.create();
    pair.onTarget("INSERT INTO public.b VALUES (1)");
    assertThat(pair.rollBack()).containsExactly("table public.b, which somebody has written to");
    assertThat(LoadTestServer.texts(pair.target(), "SELECT id FROM public.b")).containsExactly("1");
  }

  /** Tells only what differs. */
  private static void assertSame(List<String> found, List<String> expected) {
    List<String> missing = new ArrayList<>(expected);
    found.forEach(missing::remove);
    List<String> surplus = new ArrayList<>(found);
    expected.forEach(surplus::remove);
    assertThat(missing).as("missing").isEmpty();
    assertThat(surplus).as("surplus").isEmpty();
  }
}
