package dev.overwinter.sandbox.demo;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Kills the worker in the middle of steps and starts another one. Watches the ledger, not the
 * clock, so that each kill is known to land while work is half done. Thread-safe.
 */
public final class CrashPlan implements AutoCloseable {
  private static final long POLL_MILLIS = 3;

  private final SelfHostedTarget target;
  private final WorkerChild worker;
  private final Consumer<String> teller;
  private final List<Landing> landings = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Where a kill landed.
   *
   * @param point the step
   * @param done what the ledger held as done right after the process was dead
   * @param total of how much
   */
  public record Landing(CrashPoint point, long done, long total) {
    /** Whether the step's work was half done. */
    public boolean isInTheMiddle() {
      return done > 0 && done < total;
    }
  }

  private CrashPlan(SelfHostedTarget target, WorkerChild worker, Consumer<String> teller) {
    this.target = target;
    this.worker = worker;
    this.teller = teller;
    this.thread = new Thread(this::run, "crash plan");
    this.thread.setDaemon(true);
  }

  /**
   * Begins to watch.
   *
   * @param teller told in a sentence of each kill
   */
  public static CrashPlan start(
      SelfHostedTarget target, WorkerChild worker, Consumer<String> teller) {
    CrashPlan plan = new CrashPlan(target, worker, teller);
    plan.thread.start();
    return plan;
  }

  /** The kills so far. */
  public List<Landing> landings() {
    return List.copyOf(landings);
  }

  private void run() {
    try (Connection connection = target.connect(SelfHostedTarget.SUPERUSER)) {
      for (CrashPoint point : CrashPoint.values()) {
        while (!isInTheMiddle(connection, point)) {
          if (closed) {
            return;
          }
          Thread.sleep(POLL_MILLIS);
        }
        worker.kill();
        Landing landing = look(connection, point);
        landings.add(landing);
        teller.accept(
            "KILLED the worker (SIGKILL) in the middle of %s: %d of %d done. Starting another one."
                .formatted(point.title(), landing.done(), landing.total()));
        worker.start();
      }
    } catch (SQLException e) {
      teller.accept("Cannot watch the ledger any more, SQLSTATE " + e.getSQLState());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isInTheMiddle(Connection connection, CrashPoint point)
      throws SQLException {
    Landing landing = look(connection, point);
    return landing.done() * 10 >= landing.total() && landing.isInTheMiddle();
  }

  private static Landing look(Connection connection, CrashPoint point) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!hasLedger(statement)) {
        return new Landing(point, 0, 0);
      }
      try (ResultSet counts = statement.executeQuery(point.query())) {
        return counts.next()
            ? new Landing(point, counts.getLong(1), counts.getLong(2))
            : new Landing(point, 0, 0);
      }
    }
  }

  private static boolean hasLedger(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT to_regclass('overwinter.chunk') IS NOT NULL"
                + " AND to_regclass('overwinter.user_account') IS NOT NULL")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
