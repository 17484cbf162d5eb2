package dev.overwinter.sandbox.kill;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.sandbox.traffic.LiveWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The application in use: it writes in all its ways, and reads. */
final class Users implements AutoCloseable {
  private static final double WRITES_PER_SECOND = 25;
  private static final long READING_MILLIS = 15;
  private static final long PATIENCE_SECONDS = 20;
  private static final Set<LiveWrite.Channel> CHANNELS =
      EnumSet.of(LiveWrite.Channel.REST, LiveWrite.Channel.AUTH, LiveWrite.Channel.CRON);

  private final Set<LiveWrite.Channel> written = ConcurrentHashMap.newKeySet();
  private final LiveTraffic traffic;
  private final Thread reader;
  private volatile boolean closed;

  private Users(SupabaseSource source) throws SQLException {
    traffic = LiveTraffic.start(source, WRITES_PER_SECOND, this::note);
    reader = new Thread(() -> read(source), "reader");
    reader.start();
  }

  static Users of(SupabaseSource source) throws SQLException {
    return new Users(source);
  }

  private void note(LiveWrite write) {
    if (write.outcome() == LiveWrite.Outcome.ACCEPTED && write.table().startsWith("public.")) {
      written.add(write.channel());
    }
  }

  /** Waits until each kind of writer has been let through, from now on. */
  void awaitEachWrite() throws InterruptedException {
    written.clear();
    long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
    while (!written.containsAll(CHANNELS)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("only these are let through: " + written);
      }
      Thread.sleep(5);
    }
  }

  /** In the way of whoever wants a table for itself, one table after the other. */
  private void read(SupabaseSource source) {
    Random random = new Random(1);
    try (Connection connection = source.connect(SupabaseSource.OWNER);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!closed) {
        int table = random.nextInt(SandboxApplication.TABLES.size());
        statement.execute(
            "SELECT FROM public.\"%s\" LIMIT 1".formatted(SandboxApplication.TABLES.get(table)));
        Thread.sleep(READING_MILLIS);
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    traffic.close();
  }
}
