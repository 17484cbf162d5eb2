package dev.overwinter.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.CronStandIn;
import dev.overwinter.activities.load.CatalogSnapshot;
import dev.overwinter.activities.load.LoadTestServer;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.request.TimeoutRule;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

    assertThat(besidesCounts(report)).isEmpty();
    assertThat(report.findings())
        .extracting(Finding::message)
        .containsExactly(
            "Tables of schemas that are Supabase's own or an extension's are not carried: 2 in auth.");
    assertThat(report.tables()).isEqualTo(2);
    assertThat(report.estimatedRows()).isEqualTo(100);
    assertThat(report.bytes()).isPositive();
    assertThat(report.users()).containsExactly(Map.entry(UserClass.PORTABLE_HASH, 3L));
    assertThat(report.referenceColumns()).isEqualTo(1);
    assertThat(report.estimatedSeconds()).isEqualTo(180);
    assertThat(everything()).isEqualTo(before);
    assertThat(archive).isEmptyDirectory();
  }

  /** Without what is only counted, of what no run carries. */
  private static List<Finding> besidesCounts(PreflightReport report) {
    return report.findings().stream()
        .filter(finding -> !finding.object().equals("schemas of Supabase"))
        .toList();
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

  @ParameterizedTest
  @MethodSource("dev.overwinter.activities.preflight.PlantedProblem#groups")
  void each_problem_is_found_by_name(List<PlantedProblem> problems) throws SQLException {
    for (PlantedProblem planted : problems) {
      PreflightPair.asSuperuser(
          planted.side().equals("source") ? pair.source : pair.target,
          planted.sql().replace("{source}", pair.source).replace("{target}", pair.target));
    }
    PreflightReport report = preflight(PreflightPair.request());

    for (PlantedProblem planted : problems) {
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
        .contains("auth.users", "public.units", "overwinter", "large objects");
    assertThat(findings).extracting(Finding::severity).isSorted();
  }

  @Test
  void too_many_findings_are_counted() throws SQLException {
    PreflightPair.asSuperuser(
        pair.source,
        "SET ROLE project_owner; DO $$ BEGIN FOR i IN 1..210 LOOP EXECUTE 'CREATE TABLE public.t' || i || ' (id int)'; END LOOP; END $$");
    List<Finding> findings = preflight(PreflightPair.request()).findings();

    assertThat(findings).hasSize(PreflightReport.MOST_FINDINGS);
    assertThat(findings.get(199).message()).isEqualTo("222 more findings are not shown.");
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
    assertFound(report, Severity.BLOCKER, "freeze.window", "the window is 1 minutes");
    assertFound(
        preflight(PreflightPair.request(null, null, List.of("public"), List.of(), 2, 130)),
        Severity.WARNING,
        "freeze.window",
        "about 3 minutes");
  }

  @Test
  void whose_sessions_cannot_be_ended_is_told_when_the_request_wants_to_end_some()
      throws SQLException {
    MigrationRequest ending =
        PreflightPair.request(new FreezeRules(300, 500, 60, 30, 7200, TimeoutRule.ROLL_BACK));
    PreflightReport report = preflight(ending);
    assertFound(report, Severity.WARNING, "freeze.endWriters", "ordinary");
    assertFound(report, Severity.NOTE, "freeze.endWriters", "superusers");

    PreflightPair.asSuperuser(pair.source, "GRANT pg_signal_backend TO project_owner");
    try {
      assertThat(besidesCounts(preflight(ending)))
          .singleElement()
          .satisfies(
              finding ->
                  assertThat(finding.message())
                      .endsWith("the source role may not end their sessions: postgres."));
    } finally {
      PreflightPair.asSuperuser(pair.source, "REVOKE pg_signal_backend FROM project_owner");
    }
  }

  @Test
  void a_subscription_that_would_write_past_the_freeze_is_a_blocker() throws SQLException {
    PreflightPair.asSuperuser(
        pair.source,
        """
        CREATE SUBSCRIPTION incoming CONNECTION 'host=nowhere.invalid' PUBLICATION outgoing
          WITH (connect = false, slot_name = 'outgoing');
        INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)
          SELECT s.oid, c.oid, 'r' FROM pg_subscription s, pg_class c
           WHERE s.subname = 'incoming' AND c.relkind = 'r'
             AND c.relnamespace = 'public'::regnamespace;
        ALTER SUBSCRIPTION incoming ENABLE;
        """);
    try {
      assertFound(preflight(PreflightPair.request()), Severity.BLOCKER, "incoming", "no freeze");
      PreflightPair.asSuperuser(pair.source, "ALTER SUBSCRIPTION incoming DISABLE");
      assertThat(preflight(PreflightPair.request()).findings())
          .noneMatch(finding -> finding.object().equals("incoming"));
    } finally {
      PreflightPair.asSuperuser(pair.source, "ALTER SUBSCRIPTION incoming DISABLE");
      PreflightPair.asSuperuser(pair.source, "ALTER SUBSCRIPTION incoming SET (slot_name = NONE)");
      PreflightPair.asSuperuser(pair.source, "DROP SUBSCRIPTION incoming");
    }
  }

  @Test
  void a_lock_timeout_that_makes_others_the_victims_of_deadlocks_is_told() throws SQLException {
    assertFound(
        preflight(
            PreflightPair.request(new FreezeRules(300, 1000, 60, 0, 7200, TimeoutRule.ROLL_BACK))),
        Severity.WARNING,
        "freeze.lockTimeout",
        "looks for deadlocks after 1000 ms");
  }

  @Test
  void skipped_tables_need_no_counterpart() throws SQLException {
    PreflightPair.asSuperuser(pair.target, "DROP TABLE public.readings");
    assertThat(
            besidesCounts(
                preflight(
                    PreflightPair.request(
                        null, null, List.of("public"), List.of("public.readings"), 2, 7200))))
        .isEmpty();
  }

  @Test
  void tables_that_the_run_creates_are_not_missing() throws SQLException {
    PreflightPair.asSuperuser(
        pair.target,
        "DROP SCHEMA public CASCADE; GRANT CREATE ON DATABASE %s TO app_owner"
            .formatted(pair.target));
    assertFound(
        preflight(PreflightPair.request()), Severity.BLOCKER, "public.units", "lacks this table");

    assertThat(besidesCounts(preflight(PreflightPair.request(new TargetRules(true, null)))))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.NOTE);
              assertThat(finding.message())
                  .endsWith(
                      "granted to nobody else: 1 schema, 1 type, 1 sequence, 3 tables, 3 keys, 1 foreign key.");
            });
  }

  @Test
  void tables_that_the_run_cannot_create_are_told_with_the_reason() throws SQLException {
    PreflightPair.asSuperuser(
        pair.source,
        "CREATE TYPE auth.level AS ENUM ('aal1'); ALTER TABLE public.units ADD level auth.level");
    PreflightPair.asSuperuser(pair.target, "DROP TABLE public.units CASCADE");
    PreflightReport report = preflight(PreflightPair.request(new TargetRules(true, null)));

    assertFound(report, Severity.BLOCKER, "table public.units", "it needs the type auth.level");
  }

  @Test
  void rows_that_the_run_may_throw_away_are_counted_and_others_are_in_the_way()
      throws SQLException {
    PreflightPair.asSuperuser(pair.target, "INSERT INTO public.units (code) VALUES ('a'), ('b')");
    assertFound(
        preflight(PreflightPair.request(new TargetRules(false, "another"))),
        Severity.BLOCKER,
        "target.truncate",
        "the target's database is " + pair.target);
    PreflightReport report = preflight(PreflightPair.request(new TargetRules(false, pair.target)));
    assertThat(report.findings()).noneMatch(it -> it.severity() == Severity.BLOCKER);
    assertFound(
        report,
        Severity.WARNING,
        "target.truncate",
        "1 tables of the target, which have 2 rows now: public.units. No rollback brings");

    PreflightPair.asSuperuser(
        pair.target,
        "SET ROLE app_owner; CREATE TABLE public.more (id bigint REFERENCES public.units); INSERT INTO public.more SELECT id FROM public.units");
    assertFound(
        preflight(PreflightPair.request(new TargetRules(false, pair.target))),
        Severity.BLOCKER,
        "target.truncate",
        "would empty: public.more");
  }

  @Test
  void a_source_in_another_encoding_is_found() throws SQLException {
    String database =
        LoadTestServer.createDatabase("template0 ENCODING 'LATIN1' LOCALE 'C'", "project_owner");
    DatabaseSettings source =
        new DatabaseSettings("source", LoadTestServer.url(database), "project_owner", "", 4);

    assertFound(
        preflight(source, pair.targetSettings()),
        Severity.WARNING,
        "source",
        "The source's encoding is LATIN1");
  }

  @Test
  void people_references_and_stack_auth_are_asked() {
    Preflight preflight =
        new Preflight(
            pair.sourceSettings(),
            pair.targetSettings(),
            (input, context) ->
                new UserCensus.Users(
                    Map.of(UserClass.SSO, 4L, UserClass.SOFT_DELETED, 9L),
                    List.of(Finding.blocker("Stack Auth", "refuses the key", "Correct it."))),
            (input, context) -> {
              throw new StepException(
                  FailureType.DATABASE_BUSY, "the scan of references broke off");
            },
            archive);
    PreflightReport report =
        preflight.preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context());

    assertFound(
        report, Severity.BLOCKER, "columns that hold user ids", "the scan of references broke off");
    assertFound(report, Severity.BLOCKER, "Stack Auth", "refuses the key");
    assertThat(report.users()).containsOnlyKeys(UserClass.SOFT_DELETED, UserClass.SSO);
  }

  @Test
  void jobs_that_the_freeze_cannot_pause_are_named() throws Exception {
    try (Connection superuser = LoadTestServer.superuser(pair.source)) {
      CronStandIn.install(superuser, "project_owner");
      LoadTestServer.execute(
          superuser,
          """
          INSERT INTO cron.job (schedule, command, username, active, jobname) VALUES
            ('0 3 * * *', 'SELECT 1', 'project_owner', true, 'nightly'),
            ('0 4 * * *', 'SELECT 2', 'app_owner', true, 'reports'),
            ('0 4 * * *', 'SELECT 3', 'app_owner', true, NULL),
            ('0 4 * * *', 'SELECT 4', 'app_owner', false, 'switched off')
          """);
    }

    PreflightReport report = preflight(PreflightPair.request());

    assertFound(report, Severity.NOTE, "pg_cron", "1 active jobs are paused");
    assertFound(
        report, Severity.WARNING, "pg_cron", "2 (reports, of app_owner), 3 (of app_owner). They");
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

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_disk_without_room_is_a_blocker_unless_no_archive_is_kept() {
    // A file system that has no room ever.
    Preflight preflight =
        preflightOf(pair.sourceSettings(), pair.targetSettings(), Path.of("/proc"));
    assertFound(
        preflight.preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context()),
        Severity.BLOCKER,
        "archive",
        "has 0 MB free");
    PreflightReport without =
        preflight.preflight(
            PreflightPair.input(PreflightPair.requestWithoutArchive()), PreflightPair.context());
    assertThat(without.findings()).noneMatch(finding -> finding.message().contains("free"));
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
        (input, context) -> new UserCensus.Users(Map.of(UserClass.PORTABLE_HASH, 3L), List.of()),
        (input, context) -> new ReferenceCensus.References(1, List.of()),
        archive);
  }

  private static DatabaseSettings user(DatabaseSettings settings, String user, String password) {
    return new DatabaseSettings(settings.side(), settings.jdbcUrl(), user, password, 4);
  }
}
