package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.StepInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** The moment from which the source refuses writes, on every table at once. */
final class SourceClosing {
  private static final String FUNCTION =
      """
      CREATE OR REPLACE FUNCTION overwinter.refuse_writes() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
      AS $body$
      DECLARE
        held overwinter.guard;
      BEGIN
        SELECT * INTO held FROM overwinter.guard;
        IF FOUND AND NOT held.permanent
           AND (held.lapsed_at IS NOT NULL OR clock_timestamp() >= held.lease_until) THEN
          SELECT * INTO held FROM overwinter.guard FOR SHARE;
          IF FOUND AND NOT held.permanent
             AND (held.lapsed_at IS NOT NULL OR clock_timestamp() >= held.lease_until) THEN
            RETURN NULL;
          END IF;
        END IF;
        RAISE EXCEPTION USING
          ERRCODE = 'PT503',
          MESSAGE = format('%I.%I takes no writes: this database was frozen by migration %s at %s',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, coalesce(held.workflow_id, '(begun just now)'),
            -- A transaction older than the closing does not see when that was.
            to_char(coalesce(held.closed_at, clock_timestamp()) AT TIME ZONE 'UTC',
                    'YYYY-MM-DD HH24:MI:SS "UTC"')),
          HINT = 'Reading works. Try again when the migration is over. Whoever runs it can lift '
            || 'this by rolling the migration back, or with: overwinter unfreeze';
      END $body$
      """;

  private static final String CLOSED =
      "SELECT function_version FROM overwinter.guard WHERE closed_at IS NOT NULL";

  private static final String CLOSE =
      """
      UPDATE overwinter.guard SET closed_at = clock_timestamp(), function_version = %s
      RETURNING function_version
      """
          .formatted(SourceFence.FUNCTION_VERSION);

  private SourceClosing() {}

  /**
   * Makes the function refuse, unless that was done before, and renews the lease with it. When this
   * has returned, the session that did it has told all others: it sends its invalidations before it
   * gives up the gate.
   *
   * @return which version of the function refuses; empty when a table needs a guard first
   */
  static Optional<String> close(Database source, StepInput input) {
    return GuardTransaction.run(
        source,
        "closing of the source",
        GuardTransaction.OWN_LOCKS,
        connection -> {
          GuardTransaction.execute(connection, Guard.SOURCE.gateLock());
          SourceGuard.requireHeld(
              SourceGuard.renewWhileRaising(connection, input.run()), input.run());
          Optional<String> closed = version(connection, CLOSED);
          if (closed.isPresent()) {
            return closed;
          }
          boolean open =
              GuardScope.tables(connection, Guard.SOURCE, input.request().schemas()).stream()
                  .anyMatch(GuardedTable::isOpen);
          if (open) {
            return Optional.empty();
          }
          GuardTransaction.execute(connection, FUNCTION);
          return version(connection, CLOSE);
        });
  }

  private static Optional<String> version(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
    }
  }
}
