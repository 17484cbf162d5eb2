package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.ApprovalRules;
import dev.overwinter.workflows.request.CopyRules;
import dev.overwinter.workflows.request.ExistingAccountRule;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.RollbackRules;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL with the roles of a hosted Supabase project, and fresh databases for each test: the
 * role {@code hosted} owns the application's tables and not those of auth, and is no superuser.
 */
final class FreezeFixture implements AutoCloseable {
  private static final EmbeddedPostgres SERVER = start();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static final String ROLES =
      """
      CREATE ROLE hosted LOGIN NOSUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS;
      CREATE ROLE anon LOGIN;
      CREATE ROLE authenticated LOGIN;
      CREATE ROLE service_role LOGIN BYPASSRLS;
      CREATE ROLE supabase_auth_admin LOGIN;
      CREATE ROLE back_office;
      GRANT anon, authenticated, service_role, back_office, pg_monitor, pg_read_all_data, pg_signal_backend
        TO hosted;
      """;

  private static final String AUTH =
      """
      CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin;
      SET ROLE supabase_auth_admin;
      CREATE TABLE auth.users (
        id uuid PRIMARY KEY, email text, phone text, encrypted_password text,
        email_confirmed_at timestamptz, phone_confirmed_at timestamptz,
        confirmed_at timestamptz GENERATED ALWAYS AS
          (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
        last_sign_in_at timestamptz, raw_user_meta_data jsonb, banned_until timestamptz,
        recovery_token text, updated_at timestamptz);
      ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
      CREATE TABLE auth.identities (
        id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users ON DELETE CASCADE,
        identity_data jsonb, last_sign_in_at timestamptz, updated_at timestamptz);
      CREATE TABLE auth.sessions (id uuid PRIMARY KEY, refreshed_at timestamp);
      CREATE TABLE auth.refresh_tokens (id bigint PRIMARY KEY, token text, revoked boolean);
      INSERT INTO auth.users (id, email) VALUES ('00000000-0000-4000-8000-000000000001', 'a@b.c');
      INSERT INTO auth.identities (id, user_id)
        VALUES ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001');
      INSERT INTO auth.refresh_tokens VALUES (1, 'one', false);
      GRANT USAGE ON SCHEMA auth TO hosted;
      GRANT ALL ON ALL TABLES IN SCHEMA auth TO hosted;
      RESET ROLE;
      """;

  private static final String APPLICATION =
      """
      CREATE SCHEMA parts;
      CREATE TABLE public.units (id int PRIMARY KEY, name text UNIQUE);
      CREATE TABLE public.rooms (
        id int PRIMARY KEY, unit_id int REFERENCES public.units ON DELETE CASCADE, name text);
      CREATE TABLE public.events (id int, day date) PARTITION BY RANGE (day);
      CREATE TABLE public.events_new PARTITION OF public.events
        FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE parts.events_old PARTITION OF public.events
        FOR VALUES FROM ('2000-01-01') TO ('2026-01-01');
      CREATE TABLE public."Odd ""name" (id int);
      INSERT INTO public.units VALUES (1, 'one'), (2, 'two');
      INSERT INTO public.rooms VALUES (1, 1, 'cellar'), (2, 2, 'attic');
      INSERT INTO public.events VALUES (1, '2026-05-01'), (2, '2020-05-01');
      CREATE FUNCTION public.add_unit(id int) RETURNS void LANGUAGE sql SECURITY DEFINER
        AS $$ INSERT INTO public.units VALUES (id, 'made by a function') $$;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
        TO authenticated, service_role;
      GRANT INSERT ON public.rooms TO anon;
      GRANT UPDATE ON public.rooms TO back_office;
      ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO authenticated;
      """;

  private final String sourceName;
  private final String targetName;
  private final Database source;
  private final Database target;
  private final FreezeStep step;
  private final Queue<Progress> progress = new ConcurrentLinkedQueue<>();

  private FreezeFixture(boolean withTarget) throws SQLException {
    int number = NUMBER.incrementAndGet();
    sourceName = "source_" + number;
    targetName = "target_" + number;
    create(sourceName, AUTH);
    if (withTarget) {
      create(targetName, "");
    }
    source = database("source", sourceName);
    target = database("target", targetName);
    step = new FreezeStep(source, target);
  }

  static FreezeFixture sourceOnly() throws SQLException {
    return new FreezeFixture(false);
  }

  static FreezeFixture withTarget() throws SQLException {
    return new FreezeFixture(true);
  }

  private static void create(String name, String platform) throws SQLException {
    try (Connection admin = connect("postgres", "postgres")) {
      execute(admin, "CREATE DATABASE %s OWNER hosted".formatted(name));
    }
    try (Connection admin = connect(name, "postgres")) {
      execute(admin, platform + "GRANT ALL ON SCHEMA public TO hosted");
    }
    try (Connection owner = connect(name, "hosted")) {
      execute(owner, APPLICATION);
    }
  }

  private static EmbeddedPostgres start() {
    try {
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setServerConfig("max_prepared_transactions", "5")
              .setServerConfig("fsync", "off")
              .start();
      try (Connection admin = server.getPostgresDatabase().getConnection()) {
        execute(admin, ROLES);
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Database database(String side, String name) {
    return new Database(
        new DatabaseSettings(
            side, SERVER.getJdbcUrl("hosted", name).split("\\?")[0], "hosted", "", 6));
  }

  Database source() {
    return source;
  }

  Database target() {
    return target;
  }

  FreezeStep step() {
    return step;
  }

  List<Progress> progress() {
    return List.copyOf(progress);
  }

  /** A context that remembers and never cancels. */
  StepContext context() {
    return context(() -> {});
  }

  StepContext context(Runnable atProgress) {
    return new StepContext() {
      @Override
      public void progress(Progress told) {
        progress.add(told);
        atProgress.run();
      }

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }

  Connection asSource(String role) throws SQLException {
    return connect(sourceName, role);
  }

  Connection asTarget(String role) throws SQLException {
    return connect(targetName, role);
  }

  private static Connection connect(String database, String role) throws SQLException {
    return DriverManager.getConnection(SERVER.getJdbcUrl(role, database));
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static List<String> query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (row.next()) {
        values.add(row.getString(1));
      }
      return values;
    }
  }

  /** Every object of a database that lifting must leave as it was, one line each. */
  static List<String> catalog(Connection connection) throws SQLException {
    return query(
        connection,
        """
        SELECT concat_ws(' ', 'schema', nspname, nspowner, nspacl) FROM pg_namespace
         WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL
        SELECT concat_ws(' ', 'relation', oid, relname, relnamespace, relowner, relkind,
                         relfilenode, relacl, relrowsecurity, relhasrules, reloptions) FROM pg_class
        UNION ALL
        SELECT concat_ws(' ', 'trigger', oid, tgrelid, tgname, tgfoid, tgenabled, tgtype)
          FROM pg_trigger
        UNION ALL
        SELECT concat_ws(' ', 'function', oid, proname, pronamespace, proowner, proacl, md5(prosrc))
          FROM pg_proc
        UNION ALL SELECT concat_ws(' ', 'type', oid, typname, typnamespace) FROM pg_type
        UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname, conrelid) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', 'comment', objoid, classoid, description) FROM pg_description
        UNION ALL SELECT concat_ws(' ', 'default acl', oid, defaclacl) FROM pg_default_acl
        UNION ALL SELECT concat_ws(' ', 'setting', setdatabase, setrole, setconfig)
          FROM pg_db_role_setting
        ORDER BY 1
        """);
  }

  /** As Temporal does after a transient failure, such as a session of the pool that has ended. */
  static void retry(Runnable step) {
    while (true) {
      try {
        step.run();
        return;
      } catch (StepException e) {
        if (e.type().isPermanent()) {
          throw e;
        }
      }
    }
  }

  /** Leaves the source as an attempt does that ended when every table had its trigger. */
  void arm(String run) {
    StepInput input = input(run);
    SourceGuard.begin(source, input.run(), input.request().freeze().leaseSeconds());
    var patience = new Patience(source, Guard.SOURCE, input, context());
    new TriggerRaiser(source, Guard.SOURCE, input, context(), patience, () -> {}).raise();
  }

  static StepInput input(String run) {
    return input(run, 60, 200, 2);
  }

  static StepInput input(String run, long leaseSeconds, long lockTimeoutMillis, long drainSeconds) {
    return input(run, leaseSeconds, lockTimeoutMillis, drainSeconds, 0);
  }

  static StepInput input(
      String run,
      long leaseSeconds,
      long lockTimeoutMillis,
      long drainSeconds,
      long endWritersSeconds) {
    return new StepInput(
        new RunKey("move-" + run, run),
        new MigrationRequest(
            null,
            null,
            List.of("public"),
            List.of(),
            Map.of(),
            new UserRules(Map.of(), ExistingAccountRule.STOP, 1, 90),
            new ReferenceRules(Map.of(), UnknownUserRule.STOP),
            new FreezeRules(
                leaseSeconds,
                lockTimeoutMillis,
                drainSeconds,
                endWritersSeconds,
                3600,
                TimeoutRule.WAIT),
            new ApprovalRules(3600, TimeoutRule.WAIT),
            new CopyRules(1, 1_000_000),
            new RollbackRules(true),
            new TargetRules(false, null)));
  }

  @Override
  public void close() throws SQLException {
    source.close();
    target.close();
    try (Connection admin = connect("postgres", "postgres")) {
      execute(admin, "DROP DATABASE %s WITH (FORCE)".formatted(sourceName));
      execute(admin, "DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(targetName));
    }
  }
}
