package dev.overwinter.activities.freeze;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Lets one transaction write to the guarded target. The pass is made in the target, kept in the
 * target and never leaves it.
 */
public final class TargetPass {
  private static final String APPLY =
      """
      SELECT set_config('overwinter.pass', g.pass, true) IS NOT NULL
        FROM overwinter.target_guard g
       WHERE g.run_id = ?
      """;

  private TargetPass() {}

  /**
   * Lets the connection's current transaction write. The effect ends with the transaction.
   *
   * @throws StepException TARGET_CHANGED when this run's guard does not stand on the target
   */
  public static void apply(Connection connection, RunKey run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(APPLY)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new StepException(
              FailureType.TARGET_CHANGED,
              "The target's guard does not stand for this run, so others may be writing to the target. Roll the run back.");
        }
      }
    }
  }
}
