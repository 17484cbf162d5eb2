package dev.overwinter.sandbox.freeze;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A statement that is under way when the source is frozen, and goes on afterwards. */
final class Blocked implements Attempt {
  private static final AtomicLong NUMBER = new AtomicLong(1_000);
  private static final String WAITING =
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %d"
          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  private final long lock = NUMBER.incrementAndGet();
  private final String statement;
  private Connection holder;
  private CompletableFuture<Void> running;

  /**
   * @param statement takes the advisory lock with the number that replaces {@code :lock}
   */
  Blocked(String statement) {
    this.statement = statement;
  }

  @Override
  public void before(Connection session, Door door) throws SQLException {
    holder = door.open("postgres");
    Sql.execute(holder, "SELECT pg_advisory_lock(" + lock + ")");
    running =
        CompletableFuture.runAsync(
            () -> {
              try {
                Sql.execute(session, statement.replace(":lock", Long.toString(lock)));
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    while (Sql.query(holder, WAITING.formatted(lock)).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void write(Connection session, Door door) throws Exception {
    holder.close();
    try {
      running.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IllegalStateException failure
          && failure.getCause() instanceof SQLException refusal) {
        throw refusal;
      }
      throw e;
    }
  }
}
