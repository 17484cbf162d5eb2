package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** That everything the import put aside is back: indexes, foreign keys, triggers. */
final class PutAsideCheck {
  private static final String STILL_ASIDE =
      """
      SELECT kind, schema_name, table_name, object_name
        FROM overwinter.put_aside
       WHERE run_id = ? AND state = 'aside'
       ORDER BY schema_name, table_name, kind, object_name
      """;

  private PutAsideCheck() {}

  static Check of(RunKey run, Database target) {
    return new Check(
        "objects put aside",
        target,
        connection -> {
          List<Finding> findings = new ArrayList<>();
          try (PreparedStatement statement = connection.prepareStatement(STILL_ASIDE)) {
            statement.setString(1, run.runId());
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                findings.add(
                    Finding.blocker(
                        "%s.%s.%s".formatted(row.getString(2), row.getString(3), row.getString(4)),
                        "is a " + row.getString(1) + " that was put aside and not restored",
                        "Run the import to its end."));
              }
            }
          }
          return findings;
        });
  }
}
