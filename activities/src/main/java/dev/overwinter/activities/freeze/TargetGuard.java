package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.ledger.LedgerSchema;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The target's write guard: refuses every write by whoever does not show the pass. It has no lease:
 * until go-live nobody needs to write there.
 */
public final class TargetGuard {
  private static final String FUNCTION =
      """
      CREATE OR REPLACE FUNCTION overwinter.refuse_target_writes() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
      AS $body$
      DECLARE
        held overwinter.target_guard;
      BEGIN
        SELECT * INTO held FROM overwinter.target_guard;
        IF FOUND AND current_setting('overwinter.pass', true) = held.pass THEN
          RETURN NULL;
        END IF;
        RAISE EXCEPTION USING
          ERRCODE = 'PT503',
          MESSAGE = format('%I.%I takes no writes: this database is the target of a migration',
            TG_TABLE_SCHEMA, TG_TABLE_NAME),
          HINT = 'It takes writes once the migration goes live.';
      END $body$;
      REVOKE ALL ON FUNCTION overwinter.refuse_target_writes() FROM PUBLIC;
      """;

  /** The pass is made of three random UUIDs, 122 random bits each, hashed down to 256. */
  private static final String INSERT =
      """
      INSERT INTO overwinter.target_guard (run_id, pass)
      SELECT ?, encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                              || uuid_send(gen_random_uuid())), 'hex')
      """;

  private static final String OPEN_RUN =
      """
      SELECT run_id, workflow_id, ended_at IS NOT NULL AS ended,
             to_char(begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS begun
        FROM overwinter.run
       WHERE run_id = ? OR ended_at IS NULL
       ORDER BY ended_at IS NOT NULL
       LIMIT 1
      """;

  private TargetGuard() {}

  /** The name of the guard's triggers, for whoever disables or re-creates the target's own. */
  public static String triggerName() {
    return Guard.TARGET.trigger();
  }

  /**
   * Creates the ledger, enters the run into it, prepares the target, and guards every table.
   * Idempotent; leaves the tables as they were when it fails for good.
   */
  static void raise(
      Database target, TargetPreparation preparation, StepInput input, StepContext context) {
    Runnable keepAlive = () -> context.progress(new Progress(0, 0, "tables to guard", ""));
    var patience = new Patience(target, Guard.TARGET, input, context);
    var raiser = new TriggerRaiser(target, Guard.TARGET, input, context, patience, keepAlive);
    raiser.checkPrivileges();
    context.confirm();
    LedgerSchema.create(target);
    begin(target, input.run());
    try {
      preparation.prepare(input, context);
      raiser.raise();
      // The function refuses from the beginning; a guard before this one may have let writers in.
      new WriterDrain(target, Guard.TARGET, patience, keepAlive).drain();
      complete(target, input.run());
    } catch (StepException e) {
      if (e.type().isPermanent()) {
        abandon(target, input.run(), keepAlive);
      }
      throw e;
    }
  }

  private static void begin(Database target, RunKey run) {
    GuardTransaction.run(
        target,
        "raising of the target's guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          GuardTransaction.execute(connection, Guard.TARGET.gateLock());
          enter(connection, run);
          if (ownerIs(connection, run)) {
            return null;
          }
          // A guard of a run that has ended; its pass must not work any more.
          GuardTransaction.execute(connection, "DELETE FROM overwinter.target_guard");
          GuardTransaction.execute(connection, FUNCTION);
          GuardTransaction.execute(connection, OwnTables.revokeFromOthers(Guard.TARGET.table()));
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, run.runId());
            insert.executeUpdate();
          }
          return null;
        });
  }

  private static void enter(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO overwinter.run (run_id, workflow_id) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, run.runId());
      insert.setString(2, run.workflowId());
      insert.executeUpdate();
    }
    try (PreparedStatement select = connection.prepareStatement(OPEN_RUN)) {
      select.setString(1, run.runId());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        if (!row.getString("run_id").equals(run.runId())) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "Workflow %s (run %s), begun at %s, has not ended on this target. Finish it or roll it back, then retry the step."
                  .formatted(
                      row.getString("workflow_id"),
                      row.getString("run_id"),
                      row.getString("begun")));
        }
        if (row.getBoolean("ended")) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "Workflow %s (run %s) has ended on this target. Start a new run."
                  .formatted(run.workflowId(), run.runId()));
        }
      }
    }
  }

  private static boolean ownerIs(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM overwinter.target_guard WHERE run_id = ?")) {
      select.setString(1, run.runId());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void complete(Database target, RunKey run) {
    GuardTransaction.run(
        target,
        "completion of the target's guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE overwinter.target_guard SET complete = true WHERE run_id = ?")) {
            update.setString(1, run.runId());
            return update.executeUpdate();
          }
        });
  }

  /** Lets go of a guard that could not be completed, unless another attempt has completed it. */
  private static void abandon(Database target, RunKey run, Runnable keepAlive) {
    if (open(target, run, "SELECT 1 FROM overwinter.target_guard WHERE complete OR run_id <> ?")) {
      new GuardRemover(target, Guard.TARGET, keepAlive).remove();
    }
  }

  /**
   * Lets the target take writes, at once and everywhere, then removes the guard's triggers.
   * Idempotent. The ledger stays.
   *
   * @param keepAlive called every few seconds
   * @return how many objects could not be removed yet because their tables are in use; they guard
   *     nothing any more, and another call removes them
   * @throws StepException TARGET_CHANGED when another run's guard stands
   */
  public static int remove(Database target, RunKey run, Runnable keepAlive) {
    if (!open(target, run, "SELECT 1 FROM overwinter.target_guard WHERE run_id <> ?")) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The target's guard is another run's and stays. Workflow %s has nothing to release there."
              .formatted(run.workflowId()));
    }
    return new GuardRemover(target, Guard.TARGET, keepAlive).remove();
  }

  /**
   * Removes the guard's triggers and function in the caller's transaction, for a caller that holds
   * the tables for itself anyway. Does nothing where there are none.
   */
  public static void dropAtOnce(Connection connection) throws SQLException {
    if (OwnTables.hasFunction(connection, Guard.TARGET)) {
      GuardTransaction.execute(connection, "DROP FUNCTION " + Guard.TARGET.function() + " CASCADE");
    }
    if (OwnTables.hasTable(connection, Guard.TARGET)) {
      GuardTransaction.execute(connection, "DELETE FROM " + Guard.TARGET.table());
    }
  }

  /** Whether it lets everything through now; not if the veto finds a row. */
  private static boolean open(Database target, RunKey run, String veto) {
    return GuardTransaction.run(
        target,
        "release of the target's guard",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          GuardTransaction.execute(connection, Guard.TARGET.gateLock());
          if (!OwnTables.stands(connection, Guard.TARGET)) {
            OwnTables.open(connection, Guard.TARGET);
            return true;
          }
          try (PreparedStatement select = connection.prepareStatement(veto)) {
            select.setString(1, run.runId());
            try (ResultSet row = select.executeQuery()) {
              if (row.next()) {
                return false;
              }
            }
          }
          OwnTables.open(connection, Guard.TARGET);
          return true;
        });
  }
}
