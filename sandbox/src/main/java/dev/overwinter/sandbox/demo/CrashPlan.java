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
 * Strikes in the middle of steps, by killing the worker or as told. Watches the ledger, not the
 * clock, so that each blow is known to land while work is half done. Thread-safe.
 */
public final class CrashPlan implements AutoCloseable {
  private static final long POLL_MILLIS = 3;

  private final SelfHostedTarget target;
  private final List<CrashPoint> points;
  private final Blow blow;
  private final Consumer<String> teller;
  private final List<Landing> landings = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Where a blow landed.
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

  private CrashPlan(
      SelfHostedTarget target, List<CrashPoint> points, Blow blow, Consumer<String> teller) {
    this.target = target;
    this.points = List.copyOf(points);
    this.blow = blow;
    this.teller = teller;
    this.thread = new Thread(this::run, "crash plan");
    this.thread.setDaemon(true);
  }

  /** What happens in the middle of a step. */
  public interface Blow {
    /** Ends something. */
    void strike() throws Exception;

    /** Brings it back. */
    void mend() throws Exception;
  }

  /**
   * Begins to watch, to kill the worker at every point and to start another one.
   *
   * @param teller told in a sentence of each kill
   */
  public static CrashPlan start(
      SelfHostedTarget target, WorkerChild worker, Consumer<String> teller) {
    Blow kill =
        new Blow() {
          @Override
          public void strike() {
            worker.kill();
          }

          @Override
          public void mend() {
            worker.start();
          }
        };
    return start(
        target,
        List.of(CrashPoint.values()),
        kill,
        landing ->
            teller.accept("KILLED the worker (SIGKILL) " + landing + ". Starting another one."));
  }

  /**
   * Begins to watch.
   *
   * @param points where to strike, in the order in which the run gets there
   * @param teller told where each blow landed
   */
  public static CrashPlan start(
      SelfHostedTarget target, List<CrashPoint> points, Blow blow, Consumer<String> teller) {
    CrashPlan plan = new CrashPlan(target, points, blow, teller);
    plan.thread.start();
    return plan;
  }

  /** The blows so far. */
  public List<Landing> landings() {
    return List.copyOf(landings);
  }

  private void run() {
    try (Connection connection = target.connect(SelfHostedTarget.SUPERUSER)) {
      for (CrashPoint point : points) {
        while (!isInTheMiddle(connection, point)) {
          if (closed) {
            return;
          }
          Thread.sleep(POLL_MILLIS);
        }
        blow.strike();
        Landing landing = look(connection, point);
        landings.add(landing);
        teller.accept(
            "in the middle of %s: %d of %d done"
                .formatted(point.title(), landing.done(), landing.total()));
        blow.mend();
      }
    } catch (SQLException e) {
      teller.accept("Cannot watch the ledger any more, SQLSTATE " + e.getSQLState());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      teller.accept("Cannot strike any more: " + e.getClass().getName());
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
