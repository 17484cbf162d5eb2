package dev.overwinter.activities.freeze;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Whose guard stands on the source, for whoever comes after go-live.
 *
 * @param runId the run
 * @param workflowId what people call it
 * @param permanent whether it stands for good
 */
public record PermanentFreeze(String runId, String workflowId, boolean permanent) {

  /** The guard that stands, or empty. */
  public static Optional<PermanentFreeze> read(Connection source) throws SQLException {
    return GuardRow.read(source)
        .map(row -> new PermanentFreeze(row.runId(), row.workflowId(), row.permanent()));
  }

  /** Whether a guard keeps the application from writing to the target. */
  public static boolean isTargetGuarded(Connection target) throws SQLException {
    return OwnTables.stands(target, Guard.TARGET);
  }
}
