package dev.overwinter.activities.later;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.LoadCompletion;
import dev.overwinter.activities.postgres.CancelGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.verify.LaterVerification;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.LaterSummary;
import dev.overwinter.workflows.steps.StepInput;
import dev.overwinter.workflows.steps.VerificationSummary;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Verifies what a run has carried, and closes its record. Thread-safe. */
public final class LaterEnd {
  private final Database target;
  private final LaterLane lane;
  private final LaterVerification verification;

  public LaterEnd(Database target, LaterLane lane, LaterVerification verification) {
    this.target = target;
    this.lane = lane;
    this.verification = verification;
  }

  /**
   * Loads what lanes left behind, then compares.
   *
   * @throws StepException when another lane still works on a chunk
   */
  public VerificationSummary verify(StepInput input, StepContext context) {
    lane.run(input, context);
    LoadCompletion.requireAllLoaded(target, input.run());
    lane.removeRows(input.run());
    return verification.verify(input, context);
  }

  /** Takes the mapping back that the run was lent, counts its tables as carried, analyzes them. */
  public LaterSummary close(StepInput input, StepContext context) {
    LaterSummary summary =
        CancelGuard.inTransaction(
            target, "closing the run's record", c -> close(c, input.run()), context);
    List<LaterTableInLedger> tables =
        target.inTransaction("reading the ledger", c -> LaterLedger.tables(c, input.run()));
    for (LaterTableInLedger table : tables) {
      CancelGuard.inTransaction(
          target,
          "analysis of " + table.target(),
          connection -> {
            LaterLedger.execute(connection, LoadTransaction.LOCK_TIMEOUT);
            LaterLedger.execute(connection, LoadTransaction.AS_THE_APPLICATION);
            LaterLedger.execute(connection, "ANALYZE " + table.target().sql());
            return null;
          },
          context);
    }
    return summary;
  }

  private static LaterSummary close(Connection connection, RunKey run) throws SQLException {
    boolean closed =
        LaterLedger.change(
            connection,
            run,
            List.of(LaterLedger.LOADING, LaterLedger.CARRIED),
            LaterLedger.CARRIED);
    if (!closed) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The ledger does not know workflow %s any more, or it is going back."
              .formatted(run.workflowId()));
    }
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM overwinter.user_account WHERE run_id = ?")) {
      statement.setString(1, run.runId());
      statement.executeUpdate();
    }
    return new LaterSummary(
        LaterLedger.tables(connection, run).size(), LaterLedger.rowsLoaded(connection, run));
  }
}
