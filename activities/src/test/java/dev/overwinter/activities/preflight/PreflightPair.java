package dev.overwinter.activities.preflight;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.load.LoadTestServer;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.ApprovalRules;
import dev.overwinter.workflows.request.Compression;
import dev.overwinter.workflows.request.CopyRules;
import dev.overwinter.workflows.request.ExistingAccountRule;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.RollbackRules;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A source with the look of a Supabase project and a target ready for it. */
final class PreflightPair {
  static final String RUN = "22222222-2222-2222-2222-222222222222";

  private static final String APPLICATION =
      """
      CREATE TYPE public.status AS ENUM ('new', 'old');
      CREATE TABLE public.units (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        code varchar(20) NOT NULL,
        state public.status,
        price numeric(10,2),
        doubled numeric GENERATED ALWAYS AS (price * 2) STORED
      );
      CREATE TABLE public.readings (
        id bigint, unit_id bigint REFERENCES public.units, at date, PRIMARY KEY (id, at)
      ) PARTITION BY RANGE (at);
      CREATE TABLE public.readings_2026 PARTITION OF public.readings
        FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE SEQUENCE public.invoices;
      """;

  private static final String SUPABASE =
      """
      CREATE SCHEMA auth;
      CREATE TABLE auth.users (
        id uuid PRIMARY KEY, instance_id uuid, email varchar(255), email_confirmed_at timestamptz,
        encrypted_password varchar(255), raw_user_meta_data jsonb, raw_app_meta_data jsonb);
      CREATE TABLE auth.identities (
        id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users, provider text, identity_data jsonb);
      ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
      ALTER TABLE auth.identities ENABLE ROW LEVEL SECURITY;
      GRANT USAGE ON SCHEMA auth TO project_owner;
      GRANT ALL ON auth.users, auth.identities TO project_owner;
      """;

  private static final String ROWS =
      """
      INSERT INTO public.units (code, state, price) SELECT 'c' || i, 'new', i FROM generate_series(1, 50) i;
      INSERT INTO public.readings SELECT i, 1 + i % 50, '2026-05-01' FROM generate_series(1, 50) i;
      ANALYZE;
      """;

  private static String sourceTemplate;
  private static String targetTemplate;

  final String source;
  final String target;

  PreflightPair() throws SQLException {
    makeTemplates();
    source = LoadTestServer.createDatabase(sourceTemplate, "project_owner");
    target = LoadTestServer.createDatabase(targetTemplate, "app_owner");
  }

  private static synchronized void makeTemplates() throws SQLException {
    if (sourceTemplate != null) {
      return;
    }
    sourceTemplate = LoadTestServer.createDatabase();
    targetTemplate = LoadTestServer.createDatabase();
    asSuperuser(
        "postgres",
        """
        CREATE ROLE project_owner LOGIN BYPASSRLS CREATEROLE;
        CREATE ROLE ordinary LOGIN;
        CREATE ROLE with_password LOGIN PASSWORD 'right';
        """);
    asSuperuser(sourceTemplate, "ALTER SCHEMA public OWNER TO project_owner");
    asSuperuser(sourceTemplate, SUPABASE + "SET ROLE project_owner;" + APPLICATION + ROWS);
    asSuperuser(targetTemplate, "SET ROLE app_owner;" + APPLICATION);
  }

  static void asSuperuser(String database, String sql) throws SQLException {
    try (Connection connection = LoadTestServer.superuser(database)) {
      LoadTestServer.execute(connection, sql);
    }
  }

  DatabaseSettings sourceSettings() {
    return new DatabaseSettings("source", LoadTestServer.url(source), "project_owner", "", 4);
  }

  DatabaseSettings targetSettings() {
    return new DatabaseSettings("target", LoadTestServer.url(target), "app_owner", "", 4);
  }

  static StepInput input(MigrationRequest request) {
    return new StepInput(new RunKey("move", RUN), request);
  }

  static MigrationRequest request() {
    return request(null, null, List.of("public"), List.of(), 2, 7200);
  }

  static MigrationRequest request(
      String source,
      String target,
      List<String> schemas,
      List<String> skip,
      int lanes,
      long window) {
    var freeze = new FreezeRules(300, 500, 60, 0, window, TimeoutRule.ROLL_BACK);
    return request(source, target, schemas, skip, lanes, freeze);
  }

  /** With rules for tables that differ. */
  static MigrationRequest request(Map<String, TableRule> tables) {
    MigrationRequest plain = request();
    return new MigrationRequest(
        null,
        null,
        plain.schemas(),
        List.of(),
        tables,
        plain.users(),
        plain.references(),
        plain.freeze(),
        plain.approval(),
        plain.copy(),
        plain.rollback(),
        plain.target());
  }

  static MigrationRequest request(FreezeRules freeze) {
    return request(null, null, List.of("public"), List.of(), 2, freeze);
  }

  /** The same, without an archive. */
  static MigrationRequest requestWithoutArchive() {
    MigrationRequest base = request();
    return new MigrationRequest(
        null,
        null,
        base.schemas(),
        base.skipTables(),
        base.tables(),
        base.users(),
        base.references(),
        base.freeze(),
        base.approval(),
        new CopyRules(2, 1 << 20, false, Compression.NONE),
        base.rollback(),
        base.target());
  }

  /** The same, with something that may be done to the target. */
  static MigrationRequest request(TargetRules rules) {
    MigrationRequest base = request();
    return new MigrationRequest(
        null,
        null,
        base.schemas(),
        base.skipTables(),
        base.tables(),
        base.users(),
        base.references(),
        base.freeze(),
        base.approval(),
        base.copy(),
        base.rollback(),
        rules);
  }

  private static MigrationRequest request(
      String source,
      String target,
      List<String> schemas,
      List<String> skip,
      int lanes,
      FreezeRules freeze) {
    return new MigrationRequest(
        source,
        target,
        schemas,
        skip,
        Map.of(),
        new UserRules(Map.of(), ExistingAccountRule.STOP, 4, 90),
        new ReferenceRules(Map.of(), UnknownUserRule.STOP),
        freeze,
        new ApprovalRules(3600, TimeoutRule.ROLL_BACK),
        new CopyRules(lanes, 1 << 20),
        new RollbackRules(true),
        new TargetRules(false, null));
  }

  static StepContext context() {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {}

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }
}
