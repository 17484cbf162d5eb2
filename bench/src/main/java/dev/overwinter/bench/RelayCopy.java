package dev.overwinter.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/** The process of {@link Relay}. */
final class RelayCopy {
  private RelayCopy() {}

  /**
   * @param arguments how much at one time
   */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Shape shape = Shape.many();
    int jobs = Integer.parseInt(arguments[0]);
    Stage stage = Stage.open();
    together(jobs, shape.tables().stream().map(Shape.Table::name).toList(), RelayCopy::copy);
    stage.phase("rows");
    List<String> indexes = shape.tables().stream().flatMap(it -> it.indexes().stream()).toList();
    together(jobs, indexes, RelayCopy::execute);
    stage.phase("indexes");
    List<String> rest = new ArrayList<>();
    shape.tables().forEach(it -> rest.addAll(it.constraints()));
    shape.tables().forEach(it -> rest.addAll(it.foreignKeys()));
    rest.addAll(shape.sequences());
    // As one: a commit each would cost more, and the foreign keys all lock the same table.
    together(1, List.of(String.join("; ", rest)), RelayCopy::execute);
    stage.phase("constraints");
    stage.done();
  }

  /** Works with a connection to source and target. */
  private interface Work {
    void run(Connection source, Connection target, String item) throws SQLException;
  }

  private static void together(int jobs, List<String> items, Work work)
      throws InterruptedException, ExecutionException {
    Queue<String> left = new ConcurrentLinkedQueue<>(items);
    ExecutorService threads = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int job = 0; job < jobs; job++) {
        Callable<Void> worker =
            () -> {
              try (Connection source = Java.connect("SOURCE");
                  Connection target = Java.connect("TARGET")) {
                for (String item = left.poll(); item != null; item = left.poll()) {
                  work.run(source, target, item);
                }
                return null;
              }
            };
        running.add(threads.submit(worker));
      }
      for (Future<Void> worker : running) {
        worker.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static void copy(Connection source, Connection target, String table) throws SQLException {
    CopyManager from = source.unwrap(PGConnection.class).getCopyAPI();
    CopyManager to = target.unwrap(PGConnection.class).getCopyAPI();
    CopyOut out = from.copyOut("COPY public.%s TO STDOUT (FORMAT binary)".formatted(table));
    CopyIn in = to.copyIn("COPY public.%s FROM STDIN (FORMAT binary)".formatted(table));
    for (byte[] bytes = out.readFromCopy(); bytes != null; bytes = out.readFromCopy()) {
      in.writeToCopy(bytes, 0, bytes.length);
    }
    in.endCopy();
  }

  private static void execute(Connection source, Connection target, String statement)
      throws SQLException {
    try (Statement execution = target.createStatement()) {
      execution.execute(statement);
    }
  }
}
