package dev.overwinter.activities.postgres;

import dev.overwinter.activities.StepContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Ends statements in the server when their step is cancelled. Stateless. */
public final class Cancellation {
  private Cancellation() {}

  /** Runs a statement and reads its result; it is cancelled when the step is. */
  public static <T> T during(StepContext context, Statement statement, Work<T> work)
      throws SQLException {
    AutoCloseable registration = context.onCancel(() -> cancel(statement));
    try {
      return work.run();
    } finally {
      close(registration);
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      // The connection is gone, and the statement with it.
    }
  }

  private static void close(AutoCloseable registration) {
    try {
      registration.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is done with a statement, up to closing its {@link ResultSet}. */
  @FunctionalInterface
  public interface Work<T> {
    /** Works. */
    T run() throws SQLException;
  }
}
