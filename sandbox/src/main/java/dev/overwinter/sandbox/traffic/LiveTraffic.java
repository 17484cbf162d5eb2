package dev.overwinter.sandbox.traffic;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.traffic.LiveWrite.Operation;
import dev.overwinter.sandbox.traffic.LiveWrite.Outcome;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The application in use. To the source write an API, Supabase Auth and a scheduled job, each in
 * its own way; to the target the application itself. They write until stopped, and keep trying when
 * the server refuses. Every attempt is kept in memory, which suits hours of a demo, not weeks,
 * unless somebody else takes the reports. Thread-safe.
 */
public final class LiveTraffic implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Queue<LiveWrite> writes = new ConcurrentLinkedQueue<>();
  private final Consumer<LiveWrite> report;
  private final List<WriterLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile double writesPerSecond;

  private LiveTraffic(double writesPerSecond) {
    report = writes::add;
    setRate(writesPerSecond);
  }

  private LiveTraffic(double writesPerSecond, Consumer<LiveWrite> report) {
    this.report = report;
    setRate(writesPerSecond);
  }

  /**
   * Starts writing to a source that has been planted.
   *
   * @param writesPerSecond transactions per second for each of the three writers
   */
  public static LiveTraffic start(SupabaseSource source, double writesPerSecond)
      throws SQLException {
    var traffic = new LiveTraffic(writesPerSecond);
    traffic.writeTo(source);
    return traffic;
  }

  /**
   * The same without remembering anything.
   *
   * @param report told of every attempt, by several threads
   */
  public static LiveTraffic start(
      SupabaseSource source, double writesPerSecond, Consumer<LiveWrite> report)
      throws SQLException {
    var traffic = new LiveTraffic(writesPerSecond, report);
    traffic.writeTo(source);
    return traffic;
  }

  private void writeTo(SupabaseSource source) throws SQLException {
    Database database = source::connect;
    Population population = Population.of(database, SupabaseSource.OWNER);
    launch(database, new RestWriter(population));
    launch(database, new AuthWriter(population));
    launch(database, new CronWriter(population));
  }

  /**
   * Starts writing to a target that has the application's rows, as the application does once it has
   * moved.
   *
   * @param writesPerSecond transactions per second
   */
  public static LiveTraffic start(SelfHostedTarget target, double writesPerSecond)
      throws SQLException {
    var traffic = new LiveTraffic(writesPerSecond);
    Database database = target::connect;
    Population population = Population.of(database, SelfHostedTarget.OWNER);
    traffic.launch(database, new ApplicationWriter(population));
    return traffic;
  }

  /** Changes the rate of each writer, in transactions per second. */
  public void setRate(double wanted) {
    if (!(wanted > 0)) {
      throw new IllegalArgumentException("The rate must be above 0 per second, not " + wanted);
    }
    writesPerSecond = wanted;
  }

  /** What is known to be committed, one entry for each row, so far. */
  public List<LiveWrite> acceptedWrites() {
    return writesOf(Outcome.ACCEPTED);
  }

  /** What is known not to be committed, one entry for each transaction, so far. */
  public List<LiveWrite> refusedWrites() {
    return writesOf(Outcome.REFUSED);
  }

  /** What may be committed or not, one entry for each row, so far. */
  public List<LiveWrite> ambiguousWrites() {
    return writesOf(Outcome.AMBIGUOUS);
  }

  /** Ends the writing and returns when all writers have ended. What was recorded stays. */
  public void stop() {
    loops.forEach(WriterLoop::stop);
    try {
      for (int i = 0; i < threads.size(); i++) {
        threads.get(i).join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (threads.get(i).isAlive()) {
          loops.get(i).abandon();
          threads.get(i).join();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      loops.forEach(WriterLoop::abandon);
    }
  }

  @Override
  public void close() {
    stop();
  }

  /**
   * The accepted inserts that a database does not have. Rows of tables it does not have at all,
   * such as those of schema auth on the target, are passed over.
   *
   * @param userIds the id that a user of the database written to has in that database
   */
  public List<LiveWrite> missingFrom(Connection database, UnaryOperator<UUID> userIds)
      throws SQLException {
    Map<String, List<LiveWrite>> byTable = new LinkedHashMap<>();
    for (LiveWrite write : acceptedWrites()) {
      if (write.operation() == Operation.INSERT) {
        byTable.computeIfAbsent(write.table(), table -> new ArrayList<>()).add(write);
      }
    }
    List<LiveWrite> missing = new ArrayList<>();
    for (Map.Entry<String, List<LiveWrite>> entry : byTable.entrySet()) {
      if (exists(database, entry.getKey())) {
        missing.addAll(missingFrom(database, entry.getValue(), userIds));
      }
    }
    return List.copyOf(missing);
  }

  private static List<LiveWrite> missingFrom(
      Connection database, List<LiveWrite> inserts, UnaryOperator<UUID> userIds)
      throws SQLException {
    Map<String, LiveWrite> byKey = new LinkedHashMap<>();
    for (LiveWrite insert : inserts) {
      byKey.put(keyIn(insert, userIds), insert);
    }
    LiveWrite first = inserts.get(0);
    String query =
        "SELECT key FROM unnest(?::text[]) AS key WHERE NOT EXISTS (SELECT FROM "
            + first.table()
            + " AS t WHERE t."
            + first.keyColumn()
            + "::text = key)";
    Array keys = database.createArrayOf("text", byKey.keySet().toArray());
    try (PreparedStatement statement = database.prepareStatement(query)) {
      statement.setArray(1, keys);
      List<LiveWrite> missing = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          missing.add(byKey.get(rows.getString(1)));
        }
      }
      return missing;
    } finally {
      keys.free();
    }
  }

  private static String keyIn(LiveWrite insert, UnaryOperator<UUID> userIds) {
    boolean user =
        SandboxApplication.USER_ID_COLUMNS.stream()
            .anyMatch(
                column ->
                    insert.table().equals("public." + column.table())
                        && insert.keyColumn().equals(column.column()));
    return user ? userIds.apply(UUID.fromString(insert.key())).toString() : insert.key();
  }

  private static boolean exists(Connection database, String table) throws SQLException {
    try (PreparedStatement statement =
        database.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      statement.setString(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  private List<LiveWrite> writesOf(Outcome outcome) {
    return writes.stream().filter(write -> write.outcome() == outcome).toList();
  }

  private void launch(Database database, Writer writer) {
    var loop = new WriterLoop(database, writer, () -> writesPerSecond, report);
    Thread thread = new Thread(loop, "sandbox traffic " + writer.channel());
    thread.setDaemon(true);
    loops.add(loop);
    threads.add(thread);
    thread.start();
  }
}
