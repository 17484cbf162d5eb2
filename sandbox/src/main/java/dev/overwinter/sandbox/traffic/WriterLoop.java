package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.traffic.LiveWrite.Outcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** One writer at work: keeps writing whatever becomes of it, and reports every attempt. */
final class WriterLoop implements Runnable {
  private static final double NANOS_PER_SECOND = 1_000_000_000.0;

  private final Database database;
  private final Writer writer;
  private final DoubleSupplier writesPerSecond;
  private final Consumer<LiveWrite> report;
  private volatile boolean stopping;
  private volatile Connection connection;

  WriterLoop(
      Database database,
      Writer writer,
      DoubleSupplier writesPerSecond,
      Consumer<LiveWrite> report) {
    this.database = database;
    this.writer = writer;
    this.writesPerSecond = writesPerSecond;
    this.report = report;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        long started = System.nanoTime();
        attempt();
        rest(started);
      }
    } finally {
      disconnect();
    }
  }

  /** Ends the loop after the attempt it is in. */
  void stop() {
    stopping = true;
  }

  /** Cuts off an attempt that does not end by itself, for instance one waiting for a lock. */
  void abandon() {
    Connection open = connection;
    if (open == null) {
      return;
    }
    try {
      open.abort(Runnable::run);
    } catch (SQLException alreadyGone) {
      // What was to be achieved.
    }
  }

  private void attempt() {
    String table = writer.next();
    Instant before = Instant.now();
    List<Change> changes;
    try {
      if (connection == null) {
        connection = database.connect(writer.role());
      }
      before = serverClock();
      execute(writer.begin());
      changes = writer.write(connection);
    } catch (SQLException refusal) {
      refused(table, refusal, before);
      return;
    }
    try {
      execute("COMMIT");
    } catch (SQLException failure) {
      if (leavesTheCommitInDoubt(failure)) {
        disconnect();
        known(changes, Outcome.AMBIGUOUS, failure.getSQLState(), before);
      } else {
        refused(table, failure, before);
      }
      return;
    }
    known(changes, Outcome.ACCEPTED, null, before);
  }

  private void refused(String table, SQLException refusal, Instant before) {
    rollBack();
    report.accept(
        new LiveWrite(
            writer.channel(),
            null,
            table,
            null,
            null,
            Outcome.REFUSED,
            refusal.getSQLState(),
            before,
            clockNow()));
  }

  private void known(List<Change> changes, Outcome outcome, String sqlState, Instant before) {
    Instant after = clockNow();
    for (Change change : changes) {
      report.accept(
          new LiveWrite(
              writer.channel(),
              change.operation(),
              change.table(),
              change.keyColumn(),
              change.key(),
              outcome,
              sqlState,
              before,
              after));
    }
  }

  /** The server says why it did not commit, unless it or the line went away. */
  private static boolean leavesTheCommitInDoubt(SQLException failure) {
    String state = failure.getSQLState();
    return state == null || state.startsWith("08") || state.startsWith("57P");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Instant clockNow() {
    try {
      return serverClock();
    } catch (SQLException unreachable) {
      disconnect();
      return Instant.now();
    }
  }

  private Instant serverClock() throws SQLException {
    if (connection == null) {
      return Instant.now();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT clock_timestamp()")) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  private void rollBack() {
    if (connection == null) {
      return;
    }
    try {
      execute("ROLLBACK");
    } catch (SQLException broken) {
      disconnect();
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (SQLException alreadyGone) {
      // What was to be achieved.
    }
  }

  private void rest(long started) {
    double nanosPerWrite = NANOS_PER_SECOND / writesPerSecond.getAsDouble();
    long left = (long) nanosPerWrite - (System.nanoTime() - started);
    if (left > 0 && !stopping) {
      LockSupport.parkNanos(left);
    }
  }
}
