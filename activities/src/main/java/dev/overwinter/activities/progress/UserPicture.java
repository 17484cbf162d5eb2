package dev.overwinter.activities.progress;

import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** How many users are settled: have an account, or none for a reason that is known. */
final class UserPicture {
  private UserPicture() {}

  /** Users there are in all. */
  static long users(Connection source) throws SQLException {
    try (PreparedStatement statement = source.prepareStatement("SELECT count(*) FROM auth.users");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  static StepProgress of(Connection target, RunKey run, long users, String asOf)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            """
            SELECT count(*) FROM overwinter.user_account WHERE run_id = ? AND state <> 'intended'
            """)) {
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new StepProgress(
            Step.CREATE_USERS, asOf, row.getLong(1), users, "users", 0, 0, null, List.of(), 0);
      }
    }
  }
}
