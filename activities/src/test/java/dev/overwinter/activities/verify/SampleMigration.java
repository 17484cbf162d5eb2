package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.load.TargetLoad;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.activities.remap.RowRemappers;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.ApprovalRules;
import dev.overwinter.workflows.request.CopyRules;
import dev.overwinter.workflows.request.ExistingAccountRule;
import dev.overwinter.workflows.request.FreezeRules;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.ReferenceRules;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.RollbackRules;
import dev.overwinter.workflows.request.TargetRules;
import dev.overwinter.workflows.request.TimeoutRule;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A small application in a source database, and a target that it can be copied to. */
public final class SampleMigration {
  /** The user number n has this id in the source, but for its last digits; "%012d" of n. */
  public static final String OLD = "0a1b2c3d-0000-4000-8000-";

  /** And this one in the target. */
  public static final String NEW = "9f8e7d6c-1111-4111-9111-";

  public static final RunKey RUN = new RunKey("sample", "6f1c9d0e-7a9b-4f0e-8a58-5b7b1f4a0001");
  public static final int USERS = 40;

  private static final String TABLES =
      """
      CREATE TYPE public.severity AS ENUM ('low', 'high');
      CREATE DOMAIN public.doubtful_severity AS public.severity;
      CREATE DOMAIN public.person AS uuid;
      CREATE TYPE public.money_amount AS (amount numeric, currency text);
      CREATE TABLE public.profiles (id public.person PRIMARY KEY %s, handle text UNIQUE);
      CREATE TABLE public.posts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        author public.person NOT NULL REFERENCES public.profiles,
        body text, price numeric(9,3), at timestamptz, flag boolean, level public.severity,
        doubtful public.doubtful_severity, amount public.money_amount, span int4range,
        address inet, code char(40), shout varchar(50), readers uuid[], labels text[],
        doc jsonb, raw json, unrelated uuid, longer text GENERATED ALWAYS AS (body || '!') STORED);
      CREATE TABLE public.ledger_lines (line text CHECK (line <> ''), other text, actor text);
      CREATE INDEX by_actor ON public.ledger_lines (actor);
      CREATE TABLE public.events (day date, user_id uuid, n serial) PARTITION BY RANGE (day);
      CREATE TABLE public.events_1 PARTITION OF public.events
        FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE public.events_2 PARTITION OF public.events
        FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      CREATE TABLE public."O'dd ""T%%" ("c%%1 ?" int PRIMARY KEY, "created_by" text);
      CREATE TABLE public.nothing ();
      CREATE SEQUENCE public.invoice_numbers;
      CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER touch BEFORE UPDATE ON public.posts FOR EACH ROW
        EXECUTE FUNCTION public.touch();
      """;

  private static final String ROWS =
      """
      INSERT INTO auth.users
        SELECT ('0a1b2c3d-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
          FROM generate_series(1, 40) n;
      INSERT INTO public.profiles SELECT id, 'handle ' || right(id::text, 4) FROM auth.users;
      INSERT INTO public.posts (author, body, price, at, flag, level, doubtful, amount, span,
                                address, code, shout, readers, labels, doc, raw, unrelated)
        SELECT u.id, CASE n %% 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE E'tab\\t line\\n \\\\N ü' END,
               n / 7.0, '2026-01-01'::timestamptz + n * interval '1.000001 s', n %% 2 = 0, 'low',
               'high', (n, 'EUR, "x"')::public.money_amount, int4range(n, n + 5),
               '10.0.0.1', u.id::text, upper(u.id::text),
               ARRAY[u.id, NULL, gen_random_uuid()], ARRAY[u.id::text, 'by ' || u.id, '', NULL],
               jsonb_build_object(u.id::text, true, '0a1b2c3d-0000-4000-8000-000000000001', 1,
                                  'who', jsonb_build_array(u.id, 'say "' || u.id, 1.50)),
               ('{ "a" : "' || u.id || '" , "b":1.0e1}')::json, gen_random_uuid()
          FROM generate_series(1, 200) n
          JOIN auth.users u
            ON u.id = ('0a1b2c3d-0000-4000-8000-' || lpad((n %% 40 + 1)::text, 12, '0'))::uuid;
      INSERT INTO public.ledger_lines
        SELECT 'line ' || n, 'other ' || n, 'user:' || id
          FROM generate_series(1, 5) n, auth.users;
      INSERT INTO public.ledger_lines SELECT 'twice', 'twice', NULL FROM generate_series(1, 2);
      INSERT INTO public.events
        SELECT '2026-01-15'::date + n, id FROM generate_series(0, 30) n, auth.users;
      INSERT INTO public."O'dd ""T%%" SELECT n, 'nobody' FROM generate_series(1, 3) n;
      INSERT INTO public.nothing DEFAULT VALUES;
      SELECT setval('public.invoice_numbers', 77);
      """;

  public final Database source = TestServer.createDatabase("source");
  public Database target = TestServer.createDatabase("target");

  /** Both databases, everybody in the ledger, nothing copied. */
  public SampleMigration() {
    TestServer.execute(source, "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY)");
    TestServer.execute(source, TABLES.formatted("REFERENCES auth.users"));
    TestServer.execute(source, ROWS.formatted());
    TestServer.execute(target, TABLES.formatted(""));
    LedgerSchema.create(target);
    TestServer.execute(
        target,
        """
        INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('%1$s', 'sample');
        INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
          SELECT '%1$s', ('%2$s' || lpad(n::text, 12, '0'))::uuid, 'PORTABLE_HASH', 'created',
                 ('%3$s' || lpad((%4$d - n)::text, 12, '0'))::uuid
            FROM generate_series(1, %4$d) n;
        """
            .formatted(RUN.runId(), OLD, NEW, USERS));
  }

  public static StepInput input() {
    return input(UnknownUserRule.KEEP, Map.of());
  }

  public static StepInput input(UnknownUserRule rule, Map<String, ReferenceTreatment> columns) {
    return new StepInput(
        RUN,
        new MigrationRequest(
            null,
            null,
            List.of("public"),
            List.of(),
            Map.of(),
            new UserRules(Map.of(), ExistingAccountRule.STOP, 4, 90),
            new ReferenceRules(columns, rule),
            new FreezeRules(60, 500, 60, 0, 3600, TimeoutRule.ROLL_BACK),
            new ApprovalRules(3600, TimeoutRule.WAIT),
            new CopyRules(3, 1 << 20),
            new RollbackRules(true),
            new TargetRules(false, null)));
  }

  /** Plans and copies with the real remapper. */
  public void copy() {
    copy(new LedgerRowRemappers());
  }

  /** Plans and copies, row by row, and leaves in the ledger what an export would. */
  public void copy(RowRemappers remappers) {
    new RemapPlanning(source, target, 2).plan(input(), context());
    TargetLoad load = new TargetLoad(source, target, 2);
    load.putAside(input(), context());
    try (Connection from = source.connect();
        Connection to = target.connect()) {
      to.setAutoCommit(false);
      try (Statement statement = to.createStatement()) {
        statement.execute("SET LOCAL session_replication_role = replica");
      }
      List<Table> tables = Catalog.read(from, List.of("public"));
      for (int number = 0; number < tables.size(); number++) {
        copy(from, to, tables.get(number), number, remappers);
      }
      to.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    load.completeLoad(input(), context());
  }

  private static void copy(
      Connection from, Connection to, Table table, int number, RowRemappers remappers)
      throws SQLException {
    List<Column> columns = table.copiedColumns();
    RowDigest digest = new RowDigest();
    RowRemapper remapper = remappers.forTable(to, RUN, CopiedTable.asItIs(number, table));
    String forms =
        columns.stream()
            .map(
                it ->
                    it.baseType().equals("severity")
                        ? quote(it) + "::text"
                        : "textin(%s(%s))".formatted(it.outputFunction(), quote(it)))
            .collect(Collectors.joining(", "));
    String names = columns.stream().map(SampleMigration::quote).collect(Collectors.joining(", "));
    String values =
        columns.stream().map(it -> "?::text::" + it.type()).collect(Collectors.joining(", "));
    String insert =
        columns.isEmpty()
            ? "INSERT INTO %s DEFAULT VALUES".formatted(table.name().sql())
            : "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)"
                .formatted(table.name().sql(), names, values);
    try (Statement select = from.createStatement();
        ResultSet row = select.executeQuery("SELECT " + forms + " FROM " + table.name().sql());
        PreparedStatement statement = to.prepareStatement(insert)) {
      while (row.next()) {
        byte[][] bytes = new byte[columns.size()][];
        for (int i = 0; i < bytes.length; i++) {
          String value = row.getString(i + 1);
          bytes[i] = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        }
        digest.add(bytes);
        remapper.remap(bytes);
        for (int i = 0; i < bytes.length; i++) {
          statement.setString(
              i + 1, bytes[i] == null ? null : new String(bytes[i], StandardCharsets.UTF_8));
        }
        statement.executeUpdate();
      }
    }
    record(to, table.name(), number, digest);
  }

  private static void record(Connection to, QualifiedName table, int number, RowDigest digest)
      throws SQLException {
    try (PreparedStatement statement =
        to.prepareStatement(
            """
            WITH copied AS (
              INSERT INTO overwinter.copied_table
                (run_id, table_no, source_schema, source_name, target_schema, target_name, level,
                 columns, column_types, value_forms, estimated_rows, bytes)
              VALUES (?1, ?2, ?3, ?4, ?3, ?4, 0, '{}', '{}', '{}', 0, 0))
            INSERT INTO overwinter.chunk
              (run_id, table_no, chunk_no, leaf_schema, leaf_name, first_page, bytes, part_file,
               exported_at, rows, part_bytes, part_sha256, raw_digest, loaded_at, loaded_rows)
            VALUES (?1, ?2, 0, ?3, ?4, 0, 0, ?4, now(), ?5, 0, '', ?6, now(), ?5)
            """
                .replace("?1", "'" + RUN.runId() + "'")
                .replace("?2", String.valueOf(number))
                .replace("?3", literal(table.schema()))
                .replace("?4", literal(table.name()))
                .replace("?5", String.valueOf(digest.digest().rows()))
                .replace("?6", "'" + digest.digest().toHex() + "'"))) {
      statement.executeUpdate();
    }
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String quote(Column column) {
    return QualifiedName.quote(column.name());
  }

  /** A context of a step that nobody watches or cancels. */
  public static StepContext context() {
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
