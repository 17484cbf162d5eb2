package dev.overwinter.activities.postgres;

import dev.overwinter.activities.Lanes;
import dev.overwinter.activities.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Breaks a connection off when the step is cancelled, so that a thread that is blocked in a COPY on
 * it goes on at once, with a failure. The server rolls the transaction back.
 */
public final class CancelGuard {
  private static final Logger LOG = LoggerFactory.getLogger(CancelGuard.class);

  private CancelGuard() {}

  /** The same work, broken off when the step is cancelled. */
  public static <T> Database.SqlFunction<T> guarding(
      StepContext context, Database.SqlFunction<T> work) {
    return connection -> {
      AutoCloseable registration = context.onCancel(() -> breakOff(connection));
      try {
        return work.apply(connection);
      } finally {
        end(registration);
      }
    };
  }

  /**
   * Runs a transaction on a thread of its own, broken off when the step is cancelled, while the
   * caller's thread keeps the step's heartbeat.
   *
   * @param what what is being done, for the message of a failure and the heartbeat
   */
  public static <T> T inTransaction(
      Database database, String what, Database.SqlFunction<T> work, StepContext context) {
    return Lanes.call(what, lane -> database.inTransaction(what, guarding(lane, work)), context);
  }

  private static void breakOff(Connection connection) {
    try {
      // A backend that waits for a lock would not notice that its client has gone.
      connection.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      LOG.debug("could not ask the server to cancel, SQLSTATE {}", e.getSQLState());
    }
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("could not break the connection off, SQLSTATE {}", e.getSQLState());
    }
  }

  private static void end(AutoCloseable registration) {
    try {
      registration.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot end a registration for cancelling", e);
    }
  }
}
