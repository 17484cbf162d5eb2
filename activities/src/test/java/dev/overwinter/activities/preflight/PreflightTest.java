package dev.overwinter.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.CatalogSnapshot;
import dev.overwinter.activities.load.LoadTestServer;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.PreflightReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PreflightTest {
  @TempDir Path archive;
  private PreflightPair pair;

  @BeforeEach
  void set_up() throws SQLException {
    pair = new PreflightPair();
  }

  @Test
  void a_good_pair_has_no_blocker_and_nothing_is_written() throws SQLException {
    List<String> before = everything();
    PreflightReport report =
        preflight(
            PreflightPair.request(pair.source, pair.target, List.of("public"), List.of(), 2, 7200));

    assertThat(report.findings()).isEmpty();
    assertThat(report.tables()).isEqualTo(2);
    assertThat(report.estimatedRows()).isEqualTo(100);
    assertThat(report.bytes()).isPositive();
    assertThat(report.users()).containsExactly(Map.entry(UserClass.PORTABLE_HASH, 3L));
    assertThat(report.referenceColumns()).isEqualTo(1);
    assertThat(report.estimatedSeconds()).isEqualTo(180);
    assertThat(everything()).isEqualTo(before);
    assertThat(archive).isEmptyDirectory();
  }

  private List<String> everything() throws SQLException {
    List<String> lines = new ArrayList<>();
    for (String database : List.of(pair.source, pair.target)) {
      try (Connection connection = LoadTestServer.superuser(database)) {
        lines.addAll(CatalogSnapshot.definitions(connection));
        lines.addAll(CatalogSnapshot.sequences(connection));
      }
    }
    return lines;
  }

  /** Something planted by a superuser and the finding it must give. */
  record Planted(String side, String sql, Severity severity, String object, String message) {
    @Override
    public String toString() {
      return "%s: %s".formatted(object, message);
    }
  }

  /** Problems in groups that do not hide each other. */
  static Stream<List<Planted>> planted() {
    return Stream.of(
        List.of(
            blocker(
                "source",
                "REVOKE USAGE ON SCHEMA auth FROM project_owner",
                "auth",
                "use this schema"),
            blocker(
                "source",
                "ALTER DATABASE {source} OWNER TO postgres; REVOKE ALL ON DATABASE {source} FROM project_owner",
                "source",
                "create the guard's schema"),
            blocker(
                "source",
                "CREATE SCHEMA overwinter; CREATE TABLE overwinter.guard (run_id text, workflow_id text); INSERT INTO overwinter.guard VALUES ('r', 'older'); GRANT USAGE ON SCHEMA overwinter TO project_owner; GRANT SELECT ON overwinter.guard TO project_owner",
                "source",
                "workflow older"),
            blocker(
                "target",
                "CREATE SCHEMA overwinter; CREATE TABLE overwinter.run (run_id text, workflow_id text, ended_at timestamptz); INSERT INTO overwinter.run VALUES ('r', 'older', NULL); GRANT USAGE ON SCHEMA overwinter TO app_owner; GRANT SELECT ON overwinter.run TO app_owner",
                "target",
                "workflow older"),
            blocker(
                "target",
                "INSERT INTO public.units (code) VALUES ('x'); INSERT INTO public.readings VALUES (1, 1, '2026-01-01')",
                "public.readings",
                "has rows")),
        List.of(
            blocker(
                "source",
                "ALTER TABLE auth.users DROP encrypted_password",
                "auth.users",
                "encrypted_password"),
            blocker(
                "source",
                "REVOKE TRIGGER ON auth.users FROM project_owner",
                "auth.users",
                "guard this table"),
            blocker(
                "source",
                "REVOKE SELECT ON auth.identities FROM project_owner",
                "auth.identities",
                "read this table"),
            blocker(
                "source",
                "ALTER DATABASE {source} OWNER TO postgres; REVOKE TEMP ON DATABASE {source} FROM PUBLIC",
                "source",
                "temporary tables"),
            blocker(
                "source",
                "CREATE SCHEMA overwinter; CREATE TABLE overwinter.guard (run_id text, workflow_id text)",
                "source",
                "raised by another role"),
            blocker(
                "target",
                "CREATE SCHEMA overwinter",
                "overwinter",
                "not a ledger of this role's runs"),
            blocker(
                "target",
                "INSERT INTO public.units (code) VALUES ('x')",
                "public.units",
                "has rows"),
            warning(
                "target",
                "ALTER TABLE public.units DROP doubled",
                "public.units.doubled",
                "computed column")),
        List.of(
            blocker(
                "target",
                "ALTER TABLE public.units OWNER TO postgres",
                "public.units",
                "does not own"),
            blocker(
                "target",
                "ALTER SCHEMA public OWNER TO postgres",
                "public",
                "may not create indexes"),
            blocker(
                "target", "ALTER DATABASE {target} OWNER TO postgres", "target", "ledger's schema"),
            blocker("target", "DROP TABLE public.readings", "public.readings", "lacks this table"),
            blocker(
                "target",
                "ALTER TABLE public.units DROP code",
                "public.units.code",
                "lacks this column"),
            blocker(
                "target",
                "ALTER TABLE public.units ALTER doubled DROP EXPRESSION",
                "public.units.doubled",
                "computed in the source only")),
        List.of(
            blocker(
                "source",
                "DROP SCHEMA auth CASCADE",
                "auth.users",
                "This is not a Supabase project"),
            blocker(
                "target",
                "ALTER TABLE public.units ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
                "public.units",
                "Row level security is forced"),
            blocker(
                "target",
                "ALTER TABLE public.units ADD tenant int NOT NULL",
                "public.units.tenant",
                "requires this column"),
            blocker(
                "target",
                "ALTER TABLE public.units ALTER code TYPE varchar(10)",
                "public.units.code",
                "may not hold"),
            blocker(
                "source",
                "ALTER DATABASE {source} SET default_transaction_read_only = on",
                "source",
                "read-only mode"),
            blocker(
                "target",
                "ALTER DATABASE {target} SET default_transaction_read_only = on",
                "target",
                "read-only mode")),
        List.of(
            blocker(
                "source",
                "CREATE TABLE public.alien (id int PRIMARY KEY)",
                "public.alien",
                "may not read"),
            note(
                "target",
                "ALTER TABLE public.units ADD tenant int NOT NULL DEFAULT 1",
                "public.units.tenant",
                "gets its default"),
            warning(
                "target",
                "ALTER TABLE public.units ALTER code TYPE text",
                "public.units.code",
                "holds every value"),
            warning(
                "target",
                "ALTER TABLE public.units ALTER price SET NOT NULL",
                "public.units.price",
                "refuses NULL"),
            note(
                "target",
                "SET ROLE app_owner; CREATE TABLE public.extra (id int)",
                "public.extra",
                "left as it is"),
            blocker(
                "source",
                "ALTER TYPE public.status ADD VALUE 'lost'",
                "public.status",
                "lacks labels: lost"),
            warning("target", "DROP SEQUENCE public.invoices", "public.invoices", "no counterpart"),
            blocker(
                "source",
                "CREATE EXTENSION hstore; SET ROLE project_owner; CREATE TABLE public.h (id int PRIMARY KEY, tags public.hstore)",
                "hstore",
                "which the target lacks"),
            blocker(
                "target",
                "SET ROLE app_owner; CREATE TABLE public.elsewhere (id bigint PRIMARY KEY); ALTER TABLE public.units ADD FOREIGN KEY (id) REFERENCES public.elsewhere",
                "public.units",
                "which is empty"),
            warning("source", "SELECT lo_create(0)", "large objects", "1 large objects"),
            warning(
                "source",
                "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE public.far (id int) SERVER s",
                "public.far",
                "rows are elsewhere"),
            note(
                "source",
                "SET ROLE project_owner; CREATE UNLOGGED TABLE public.quick (id int PRIMARY KEY)",
                "public.quick",
                "unlogged"),
            note(
                "source",
                "SET ROLE project_owner; CREATE MATERIALIZED VIEW public.seen AS SELECT 1",
                "public.seen",
                "REFRESH"),
            note(
                "source",
                "SET ROLE project_owner; CREATE TABLE public.bare (id int)",
                "public.bare",
                "no primary key"),
            warning(
                "source",
                "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int); CREATE TABLE billing.dues (id int)",
                "billing",
                "2 tables of this schema stay behind: dues, invoices"),
            note(
                "source",
                "CREATE SCHEMA storage; CREATE TABLE storage.objects (id int); INSERT INTO storage.objects VALUES (1); GRANT USAGE ON SCHEMA storage TO project_owner; GRANT SELECT ON storage.objects TO project_owner",
                "storage.objects",
                "1 files"),
            note(
                "source",
                "CREATE SCHEMA vault; CREATE TABLE vault.secrets (id int)",
                "vault.secrets",
                "Uncounted"),
            note(
                "source",
                "CREATE SCHEMA cron; CREATE TABLE cron.job (id int); INSERT INTO cron.job VALUES (1), (2); GRANT USAGE ON SCHEMA cron TO project_owner; GRANT SELECT ON cron.job TO project_owner",
                "cron.job",
                "2 scheduled jobs")));
  }

  private static Planted blocker(String side, String sql, String object, String message) {
    return new Planted(side, sql, Severity.BLOCKER, object, message);
  }

  private static Planted warning(String side, String sql, String object, String message) {
    return new Planted(side, sql, Severity.WARNING, object, message);
  }

  private static Planted note(String side, String sql, String object, String message) {
    return new Planted(side, sql, Severity.NOTE, object, message);
  }

  @ParameterizedTest
  @MethodSource("planted")
  void each_problem_is_found_by_name(List<Planted> problems) throws SQLException {
    for (Planted planted : problems) {
      PreflightPair.asSuperuser(
          planted.side().equals("source") ? pair.source : pair.target,
          planted.sql().replace("{source}", pair.source).replace("{target}", pair.target));
    }
    PreflightReport report = preflight(PreflightPair.request());

    for (Planted planted : problems) {
      assertFound(report, planted.severity(), planted.object(), planted.message());
    }
  }

  private static void assertFound(
      PreflightReport report, Severity severity, String object, String message) {
    assertThat(report.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.severity()).isEqualTo(severity);
              assertThat(finding.object()).isEqualTo(object);
              assertThat(finding.message()).contains(message);
              assertThat(finding.remedy().isEmpty()).isEqualTo(severity == Severity.NOTE);
            });
  }

  @Test
  void all_problems_are_told_at_once_blockers_first() throws SQLException {
    PreflightPair.asSuperuser(pair.source, "SELECT lo_create(0); DROP SCHEMA auth CASCADE");
    PreflightPair.asSuperuser(
        pair.target, "INSERT INTO public.units (code) VALUES ('x'); CREATE SCHEMA overwinter");
    List<Finding> findings = preflight(PreflightPair.request()).findings();

    assertThat(findings)
        .extracting(Finding::object)
        .contains("auth.users", "auth.identities", "public.units", "overwinter", "large objects");
    assertThat(findings).extracting(Finding::severity).isSorted();
  }

  @Test
  void too_many_findings_are_counted() throws SQLException {
    PreflightPair.asSuperuser(
        pair.source,
        "SET ROLE project_owner; DO $$ BEGIN FOR i IN 1..210 LOOP EXECUTE 'CREATE TABLE public.t' || i || ' (id int)'; END LOOP; END $$");
    List<Finding> findings = preflight(PreflightPair.request()).findings();

    assertThat(findings).hasSize(PreflightReport.MOST_FINDINGS);
    assertThat(findings.get(199).message()).isEqualTo("221 more findings are not shown.");
    assertThat(findings.get(199).severity()).isEqualTo(Severity.BLOCKER);
  }

  @Test
  void nulls_that_the_target_refuses_are_found() throws SQLException {
    PreflightPair.asSuperuser(pair.source, "UPDATE public.units SET price = NULL WHERE id = 7");
    PreflightPair.asSuperuser(pair.target, "ALTER TABLE public.units ALTER price SET NOT NULL");
    assertFound(
        preflight(PreflightPair.request()),
        Severity.BLOCKER,
        "public.units.price",
        "has rows with it");
  }

  @Test
  void rows_that_row_level_security_hides_are_a_blocker() throws SQLException {
    PreflightPair.asSuperuser(
        pair.source,
        """
        GRANT SELECT, TRIGGER ON ALL TABLES IN SCHEMA public TO ordinary;
        ALTER TABLE public.units ENABLE ROW LEVEL SECURITY;
        GRANT USAGE ON SCHEMA auth TO ordinary;
        GRANT ALL ON auth.users, auth.identities TO ordinary;
        """);
    PreflightReport report =
        preflight(user(pair.sourceSettings(), "ordinary", ""), pair.targetSettings());

    assertFound(report, Severity.BLOCKER, "public.units", "Row level security hides rows");
    assertFound(report, Severity.BLOCKER, "auth.users", "Row level security hides rows");
  }

  @Test
  void a_side_that_cannot_be_reached_is_told_with_its_setting_and_the_other_is_checked()
      throws Exception {
    PreflightPair.asSuperuser(
        pair.target, "INSERT INTO public.units (code) VALUES ('x'); CREATE SCHEMA overwinter");
    PreflightReport report =
        preflight(
            new DatabaseSettings("source", "jdbc:postgresql://localhost:1/none", "postgres", "", 4),
            pair.targetSettings());

    assertFound(report, Severity.BLOCKER, "source", "The source database cannot be reached");
    assertThat(report.findings().get(0).remedy()).contains("OVERWINTER_SOURCE_URL");
    assertFound(report, Severity.BLOCKER, "overwinter", "not a ledger of this role's runs");
    assertThat(report.findings()).hasSize(2);
    assertThat(report.tables()).isZero();
  }

  @Test
  void an_unknown_database_is_told_with_its_setting() throws Exception {
    PreflightReport report =
        preflight(
            pair.sourceSettings(),
            new DatabaseSettings("target", LoadTestServer.url("nowhere"), "app_owner", "", 4));

    assertFound(report, Severity.BLOCKER, "target", "has no database of this name");
    assertThat(report.findings().get(0).remedy()).contains("OVERWINTER_TARGET_URL");
    assertThat(report.tables()).isEqualTo(2);
  }

  @Test
  void a_wrong_password_is_told_with_its_settings() throws Exception {
    try (Connection connection = LoadTestServer.superuser("postgres")) {
      Path access = Path.of(LoadTestServer.texts(connection, "SHOW hba_file").get(0));
      String rules = Files.readString(access);
      if (!rules.contains("with_password")) {
        Files.writeString(access, "host all with_password all scram-sha-256\n" + rules);
      }
      LoadTestServer.execute(connection, "SELECT pg_reload_conf()");
    }
    PreflightReport report =
        preflight(
            pair.sourceSettings(), user(pair.targetSettings(), "with_password", "wrong-secret"));

    assertFound(report, Severity.BLOCKER, "target", "refuses the password");
    assertThat(report.findings().get(0).remedy())
        .contains("OVERWINTER_TARGET_USER", "OVERWINTER_TARGET_PASSWORD");
    assertThat(report.toString()).doesNotContain("wrong-secret");
  }

  @Test
  void the_transaction_pooler_is_refused() {
    assertThat(
            SideConnector.pooling(
                new DatabaseSettings(
                    "source",
                    "jdbc:postgresql://aws-0-eu.pooler.supabase.com:6543/postgres",
                    "u",
                    "",
                    1)))
        .singleElement()
        .satisfies(it -> assertThat(it.remedy()).contains("5432", "OVERWINTER_SOURCE_URL"));
    assertThat(SideConnector.pooling(pair.sourceSettings())).isEmpty();
  }

  @Test
  void source_and_target_must_differ() throws SQLException {
    DatabaseSettings source = pair.sourceSettings();
    DatabaseSettings same =
        new DatabaseSettings(
            "target", source.jdbcUrl().replace("localhost", "127.0.0.1"), source.user(), "", 4);
    assertFound(preflight(source, same), Severity.BLOCKER, "target", "same database");
  }

  @Test
  void the_request_must_fit_the_databases() throws SQLException {
    PreflightReport report =
        preflight(
            PreflightPair.request(
                "prod", "next", List.of("public", "shop"), List.of("public.none"), 500, 60));

    assertFound(report, Severity.BLOCKER, "source", "the request says prod");
    assertFound(report, Severity.BLOCKER, "target", "the request says next");
    assertFound(report, Severity.BLOCKER, "shop", "source has no schema");
    assertFound(report, Severity.WARNING, "public.none", "skips this table");
    assertFound(report, Severity.BLOCKER, "source", "500 lanes need 503");
    assertFound(report, Severity.BLOCKER, "freeze.windowSeconds", "the window is 1 minutes");
    assertFound(
        preflight(PreflightPair.request(null, null, List.of("public"), List.of(), 2, 130)),
        Severity.WARNING,
        "freeze.windowSeconds",
        "about 3 minutes");
  }

  @Test
  void skipped_tables_need_no_counterpart() throws SQLException {
    PreflightPair.asSuperuser(pair.target, "DROP TABLE public.readings");
    assertThat(
            preflight(
                    PreflightPair.request(
                        null, null, List.of("public"), List.of("public.readings"), 2, 7200))
                .findings())
        .isEmpty();
  }

  @Test
  void people_references_and_stack_auth_are_asked() {
    Preflight preflight =
        new Preflight(
            pair.sourceSettings(),
            pair.targetSettings(),
            () -> Map.of(UserClass.SSO, 4L, UserClass.SOFT_DELETED, 9L, UserClass.ANONYMOUS, 0L),
            () -> {
              throw new StepException(
                  FailureType.DATABASE_BUSY, "the scan of references broke off");
            },
            () -> List.of(Finding.blocker("Stack Auth", "refuses the key", "Correct it.")),
            archive);
    PreflightReport report =
        preflight.preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context());

    assertFound(report, Severity.BLOCKER, "auth.users", "4 users are of the class sso");
    assertThat(report.findings())
        .anyMatch(
            it -> it.remedy().contains("Set users.treatments.sso in the request to one of carry"));
    assertFound(report, Severity.WARNING, "auth.users", "9 users of the class softDeleted");
    assertFound(
        report, Severity.BLOCKER, "columns that hold user ids", "the scan of references broke off");
    assertFound(report, Severity.BLOCKER, "Stack Auth", "refuses the key");
    assertThat(report.users()).containsOnlyKeys(UserClass.SOFT_DELETED, UserClass.SSO);
  }

  @Test
  void an_archive_directory_that_cannot_be_made_is_a_blocker() throws Exception {
    Path file = Files.writeString(archive.resolve("file"), "");
    Preflight preflight =
        preflightOf(pair.sourceSettings(), pair.targetSettings(), file.resolve("below"));
    assertFound(
        preflight.preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context()),
        Severity.BLOCKER,
        "archive",
        "cannot be written");
  }

  private PreflightReport preflight(MigrationRequest request) {
    return preflightOf(pair.sourceSettings(), pair.targetSettings(), archive)
        .preflight(PreflightPair.input(request), PreflightPair.context());
  }

  private PreflightReport preflight(DatabaseSettings source, DatabaseSettings target) {
    return preflightOf(source, target, archive)
        .preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context());
  }

  private static Preflight preflightOf(
      DatabaseSettings source, DatabaseSettings target, Path archive) {
    return new Preflight(
        source,
        target,
        () -> Map.of(UserClass.PORTABLE_HASH, 3L),
        () -> new ReferenceCensus.References(1, List.of()),
        List::of,
        archive);
  }

  private static DatabaseSettings user(DatabaseSettings settings, String user, String password) {
    return new DatabaseSettings(settings.side(), settings.jdbcUrl(), user, password, 4);
  }
}
