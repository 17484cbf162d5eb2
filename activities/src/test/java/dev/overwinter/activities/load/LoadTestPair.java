package dev.overwinter.activities.load;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
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
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** A source and a target with the same schema, and a run between them. */
final class LoadTestPair implements AutoCloseable {
  private static final String RUN = "11111111-1111-1111-1111-111111111111";

  final String targetName;
  final Database sourceSide;
  final Database targetSide;
  private final Connection source;
  private final Connection target;

  LoadTestPair() throws SQLException {
    String sourceName = LoadTestServer.createDatabase();
    targetName = LoadTestServer.createDatabase();
    sourceSide = LoadTestServer.open("source", sourceName);
    targetSide = LoadTestServer.open("target", targetName);
    source = LoadTestServer.owner(sourceName);
    target = LoadTestServer.owner(targetName);
    LoadTestServer.execute(source, resource("schema.sql"));
    LoadTestServer.execute(target, resource("schema.sql"));
  }

  Connection source() {
    return source;
  }

  Connection target() {
    return target;
  }

  TargetLoad load() {
    return new TargetLoad(sourceSide, targetSide, 3);
  }

  TargetUndo undo() {
    return new TargetUndo(targetSide, (connection, run) -> {}, connection -> {}, 3);
  }

  void beginRun() throws SQLException {
    LedgerSchema.create(targetSide);
    LoadTestServer.execute(
        target, "INSERT INTO overwinter.run (run_id, workflow_id) VALUES ('" + RUN + "', 'w')");
  }

  /** Makes every table refuse writes without the pass, as a run's guard does. */
  void raiseGuard() throws SQLException {
    LoadTestServer.execute(
        target,
        """
        CREATE FUNCTION overwinter.guarded() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF current_setting('overwinter.pass', true) = 'open' THEN RETURN NULL; END IF;
          RAISE EXCEPTION 'guarded';
        END $$;
        DO $$ DECLARE t regclass; BEGIN
          FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('CREATE TRIGGER a_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
                            EXECUTE FUNCTION overwinter.guarded()', t);
            EXECUTE format('ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER a_guard', t);
          END LOOP;
        END $$;
        """);
  }

  void forgetLedger() throws SQLException {
    LoadTestServer.execute(target, "DROP SCHEMA overwinter CASCADE");
  }

  /** Writes the rows that copying would have written. */
  void fill(Connection side) throws SQLException {
    LoadTestServer.execute(side, resource("rows.sql"));
    if (side == source) {
      LoadTestServer.execute(side, "DELETE FROM touched");
      LoadTestServer.execute(side, "ALTER TABLE touched ALTER id RESTART");
    }
  }

  long rows() throws SQLException {
    return Long.parseLong(
        LoadTestServer.texts(
                target,
                "SELECT (SELECT count(*) FROM units) + (SELECT count(*) FROM \"Odd Names\") + (SELECT count(*) FROM readings) + (SELECT count(*) FROM alarms) + (SELECT count(*) FROM touched)")
            .get(0));
  }

  StepInput input() {
    return input(new TargetRules(false, null));
  }

  StepInput input(TargetRules rules) {
    MigrationRequest request =
        new MigrationRequest(
            null,
            null,
            List.of("public"),
            List.of("public.left_behind"),
            Map.of(),
            new UserRules(Map.of(), ExistingAccountRule.STOP, 4, 90),
            new ReferenceRules(Map.of(), UnknownUserRule.STOP),
            new FreezeRules(300, 500, 60, 0, 7200, TimeoutRule.ROLL_BACK),
            new ApprovalRules(3600, TimeoutRule.ROLL_BACK),
            new CopyRules(4, 1 << 20),
            new RollbackRules(true),
            rules);
    return new StepInput(new RunKey("w", RUN), request);
  }

  StepContext context() {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {}

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }

  private static String resource(String name) {
    try (InputStream stream = LoadTestPair.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    source.close();
    target.close();
    sourceSide.close();
    targetSide.close();
  }
}
