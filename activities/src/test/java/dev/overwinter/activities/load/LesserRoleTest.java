package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.TargetGuard;
import dev.overwinter.activities.freeze.TargetPass;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.preflight.Preflight;
import dev.overwinter.activities.preflight.ReferenceCensus;
import dev.overwinter.activities.preflight.UserCensus;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target role that is neither a superuser nor the database's owner. What it lacks is granted as
 * preflight says, word by word, and then the load has to go through.
 */
class LesserRoleTest {
  private static final Pattern GRANT =
      Pattern.compile("GRANT .*? TO lesser\\b|ALTER ROLE lesser INHERIT");

  private static final String MORE =
      """
      CREATE TABLE public.tagged (path extensions.ltree, label text COLLATE extensions.plain, weight extensions.amount);
      CREATE INDEX tagged_path ON public.tagged USING gist (path extensions.gist_ltree_ops);
      CREATE MATERIALIZED VIEW public.labels AS SELECT DISTINCT label FROM public.tagged;
      """;

  private static final String EXTENSIONS =
      """
      CREATE SCHEMA extensions; CREATE EXTENSION ltree SCHEMA extensions;
      CREATE COLLATION extensions.plain FROM "C"; CREATE DOMAIN extensions.amount AS numeric;
      """;

  @TempDir private Path archive;
  private String targetName;
  private CopyFixture fixture;

  @BeforeAll
  static void makeRoles() throws SQLException {
    LoadTestServer.createDatabase();
    asSuperuser("postgres", "CREATE ROLE lesser LOGIN", "CREATE ROLE tables_owner NOLOGIN");
  }

  @BeforeEach
  void makeDatabases() throws SQLException {
    asSuperuser("postgres", "REVOKE tables_owner FROM lesser", "ALTER ROLE lesser INHERIT");
    String sourceName = LoadTestServer.createDatabase();
    asSuperuser(
        sourceName,
        EXTENSIONS + "GRANT USAGE ON SCHEMA extensions TO app_owner",
        "SET ROLE app_owner",
        text("schema.sql") + MORE,
        text("rows.sql"),
        "DELETE FROM public.touched; INSERT INTO public.tagged VALUES ('Top.a', 'b', 1.50), (NULL, NULL, NULL); SELECT setval('public.invoice_numbers', 1234)",
        "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
    targetName = LoadTestServer.createDatabase("template1", "postgres");
    asSuperuser(targetName, EXTENSIONS);
    fixture =
        new CopyFixture(
            LoadTestServer.open("source", sourceName), target(), archive, 64 << 10, "public");
    fixture.skipTables = List.of("public.left_behind");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Database target() {
    return new Database(settings());
  }

  private DatabaseSettings settings() {
    return new DatabaseSettings("target", LoadTestServer.url(targetName), "lesser", "", 6);
  }

  private static String text(String name) {
    return TortureTables.text(name);
  }

  private static void asSuperuser(String database, String... sql) throws SQLException {
    try (Connection connection = LoadTestServer.superuser(database)) {
      LoadTestServer.execute(connection, sql);
    }
  }

  /** The tables as that role makes them, who then keeps nothing but what it owns. */
  private void makeTables(String owner) throws SQLException {
    asSuperuser(
        targetName,
        "GRANT CREATE ON SCHEMA public TO " + owner,
        "GRANT USAGE ON SCHEMA extensions TO " + owner,
        "SET ROLE " + owner,
        text("schema.sql") + MORE,
        "RESET ROLE",
        "ALTER SEQUENCE public.invoice_numbers OWNER TO postgres",
        "REVOKE CREATE ON SCHEMA public FROM " + owner,
        "REVOKE USAGE ON SCHEMA extensions FROM " + owner);
  }

  private List<Finding> preflight() {
    return new Preflight(
            new DatabaseSettings(
                "source", LoadTestServer.url(name(fixture.source)), "app_owner", "", 4),
            settings(),
            (input, context) -> new UserCensus.Users(Map.of(), List.of()),
            (input, context) -> new ReferenceCensus.References(1, List.of()),
            archive)
        .preflight(fixture.input(), fixture.recorder)
        .findings();
  }

  private static String name(Database side) {
    return side.inTransaction(
        "asking for the name",
        connection -> LoadTestServer.texts(connection, "SELECT current_database()").get(0));
  }

  /** Grants what each blocker names, until none names anything more; what for, in order. */
  private void grantWhatPreflightNames() throws SQLException {
    for (List<String> grants = missing(); !grants.isEmpty(); grants = missing()) {
      asSuperuser(targetName, grants.toArray(String[]::new));
      assertThat(missing()).doesNotContainAnyElementsOf(grants);
    }
  }

  private List<String> missing() {
    return preflight().stream()
        .filter(finding -> finding.severity() == Severity.BLOCKER)
        .map(finding -> GRANT.matcher(finding.remedy()))
        .filter(Matcher::find)
        .map(Matcher::group)
        .distinct()
        .toList();
  }

  private void assertLoads() throws SQLException {
    List<String> defined = definitions();
    assertThat(preflight())
        .filteredOn(finding -> finding.severity() == Severity.BLOCKER)
        .extracting(Finding::object)
        .allMatch(object -> object.startsWith("auth.") || object.equals("source"));

    new FreezeStep(fixture.source, fixture.target).guardTarget(fixture.input(), fixture.recorder);
    new RemapPlanning(fixture.source, fixture.target, 2).plan(fixture.input(), fixture.recorder);
    fixture.plan();
    fixture.exportLane();
    fixture.complete();
    TargetLoad load = new TargetLoad(fixture.source, fixture.target, 2);
    load.putAside(fixture.input(), fixture.recorder);
    assertThat(
            fixture.onTarget(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> 'public.left_behind'::regclass"))
        .as("foreign keys that stay while rows load")
        .isEqualTo("0");
    new ImportLane(fixture.source, fixture.target, archive, TargetPass::apply, fixture.remappers)
        .run(fixture.input(), fixture.recorder);
    load.completeLoad(fixture.input(), fixture.recorder);
    VerificationSummary summary =
        new Verification(fixture.source, fixture.target, 4)
            .verify(fixture.input(), fixture.recorder);
    TargetGuard.remove(fixture.target, fixture.run, () -> {});

    assertThat(summary.findings()).filteredOn(it -> it.severity() == Severity.BLOCKER).isEmpty();
    assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
    asSuperuser(targetName, "DROP SCHEMA overwinter CASCADE");
    assertThat(definitions()).isEqualTo(defined);
    try (Connection superuser = LoadTestServer.superuser(targetName)) {
      assertThat(LoadTestServer.texts(superuser, "SELECT last_value FROM public.invoice_numbers"))
          .containsExactly("1234");
      assertThat(LoadTestServer.texts(superuser, "SELECT count(*) FROM public.labels"))
          .containsExactly("2");
    }
    assertThat(TableContents.rows(fixture.target, "public"))
        .isEqualTo(TableContents.rows(fixture.source, "public"));
  }

  private List<String> definitions() throws SQLException {
    try (Connection superuser = LoadTestServer.superuser(targetName)) {
      return CatalogSnapshot.definitions(superuser);
    }
  }

  @Test
  void a_role_that_owns_nothing_but_the_tables_loads_them() throws SQLException {
    makeTables("lesser");

    assertThat(missing())
        .containsExactlyInAnyOrder(
            "GRANT USAGE, CREATE ON SCHEMA public TO lesser",
            "GRANT CREATE ON DATABASE %s TO lesser".formatted(targetName),
            "GRANT USAGE ON SCHEMA extensions TO lesser",
            "GRANT SELECT, UPDATE ON SEQUENCE \"public\".\"invoice_numbers\" TO lesser");
    grantWhatPreflightNames();
    assertThat(preflight())
        .filteredOn(finding -> finding.message().contains("neither a superuser nor"))
        .extracting(Finding::severity)
        .containsExactly(Severity.NOTE);
    assertLoads();
  }

  @Test
  void a_member_of_the_role_that_owns_the_tables_loads_them() throws SQLException {
    makeTables("tables_owner");

    assertThat(missing()).contains("GRANT tables_owner TO lesser");
    grantWhatPreflightNames();
    assertLoads();
  }

  @Test
  void a_member_that_does_not_inherit_is_told_so() throws SQLException {
    makeTables("tables_owner");
    asSuperuser("postgres", "GRANT tables_owner TO lesser", "ALTER ROLE lesser NOINHERIT");

    assertThat(missing()).contains("ALTER ROLE lesser INHERIT");
    grantWhatPreflightNames();
    assertLoads();
  }
}
