package dev.overwinter.sandbox.real;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lines to servers that are far away: whatever goes there is on its way for a while. */
final class SlowLines implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final long millis;
  private final List<Closeable> open = new CopyOnWriteArrayList<>();
  private volatile boolean slow;

  /**
   * @param millis how long a message takes, while the lines are slow
   */
  SlowLines(long millis) {
    this.millis = millis;
  }

  void slow(boolean wanted) {
    slow = wanted;
  }

  /** The same database, reached through a line of ours. */
  String through(String jdbcUrl) throws IOException {
    URI server = URI.create(jdbcUrl.substring("jdbc:".length()));
    ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(door);
    inBackground(() -> serve(door, server));
    return jdbcUrl.replace(
        server.getAuthority(), door.getInetAddress().getHostAddress() + ":" + door.getLocalPort());
  }

  private void serve(ServerSocket door, URI server) throws IOException {
    while (true) {
      Socket client = door.accept();
      open.add(client);
      Socket database = new Socket(server.getHost(), server.getPort());
      open.add(database);
      client.setTcpNoDelay(true);
      database.setTcpNoDelay(true);
      inBackground(() -> forward(client, database));
      inBackground(
          () -> {
            try (client;
                database) {
              database.getInputStream().transferTo(client.getOutputStream());
            }
          });
    }
  }

  private void forward(Socket client, Socket database) throws IOException, InterruptedException {
    try (client;
        database) {
      InputStream from = client.getInputStream();
      OutputStream to = database.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
        if (slow) {
          Thread.sleep(millis);
        }
        to.write(buffer, 0, count);
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  private static void inBackground(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                // The end of a line.
              }
            },
            "slow line");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : open) {
      each.close();
    }
  }
}
