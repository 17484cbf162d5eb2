package dev.overwinter.sandbox.kill;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * The lines between one process and PostgreSQL servers. Every message that the process sends is
 * counted and passed on by itself; at one of them the process is killed, with the message on its
 * way or held back. What was sent before is known to have arrived.
 */
final class Wires implements AutoCloseable {
  private static final String OPENING = "opening of a session";
  private static final String AFTER = " after ";
  private static final byte QUERY = 'Q';
  private static final byte PARSE = 'P';
  private static final Pattern BORDER = Pattern.compile("BEGIN|COMMIT|ROLLBACK");
  private static final int TLS_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;

  private final Strike strike;
  private final Witness witness;
  private final CompletableFuture<Process> process = new CompletableFuture<>();
  private final List<String> sent = new ArrayList<>();
  private final List<String> copies = new CopyOnWriteArrayList<>();
  private final Set<String> lines = ConcurrentHashMap.newKeySet();
  private volatile Exception blindness;
  private final List<Closeable> open = new CopyOnWriteArrayList<>();

  /**
   * @param witness is called when the process stands still, right before it is killed
   */
  Wires(Strike strike, Witness witness) {
    this.strike = strike;
    this.witness = witness;
  }

  /** Looks at what a process has in its hands. */
  @FunctionalInterface
  interface Witness {
    /** Of a process that nobody looks at; it is killed on the run. */
    Witness NONE = lines -> {};

    /**
     * @param lines those of the process, as {@link Wires#lines} has them
     */
    void look(Set<String> lines) throws Exception;
  }

  /** The process that is to be struck; until it is named, the message of the blow waits. */
  void aim(Process wanted) {
    process.complete(wanted);
  }

  /**
   * What the process has sent, message by message: the kind of statement that the message belongs
   * to, with the names and values taken out.
   */
  synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  /** The COPY statements among them, as they were sent. */
  List<String> copies() {
    return List.copyOf(copies);
  }

  /** Why the witness could not look, or null. */
  Exception blindness() {
    return blindness;
  }

  /** Its lines to the servers, each by the port of the server and the one it comes from. */
  Set<String> lines() {
    return Set.copyOf(lines);
  }

  /** The same database, reached through a line of ours. */
  String through(String jdbcUrl) {
    try {
      URI server = URI.create(jdbcUrl.substring("jdbc:".length()));
      ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      open.add(door);
      inBackground(() -> serve(door, server));
      return jdbcUrl.replace(
          server.getAuthority(),
          door.getInetAddress().getHostAddress() + ":" + door.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(ServerSocket door, URI server) throws IOException {
    while (true) {
      Socket client = door.accept();
      open.add(client);
      Socket database = new Socket(server.getHost(), server.getPort());
      open.add(database);
      lines.add(database.getPort() + " " + database.getLocalPort());
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
      DataInputStream from = new DataInputStream(client.getInputStream());
      DataOutputStream to = new DataOutputStream(database.getOutputStream());
      int opening;
      do {
        byte[] body = body(from);
        opening = ByteBuffer.wrap(body).getInt();
        pass(OPENING, new byte[0], body, to);
      } while (opening == TLS_REQUEST || opening == GSS_REQUEST);
      String kind = OPENING;
      while (true) {
        byte[] type = {from.readByte()};
        byte[] body = body(from);
        kind = kind(type[0], body, kind);
        pass(kind, type, body, to);
      }
    }
  }

  private static byte[] body(DataInputStream from) throws IOException {
    byte[] body = new byte[from.readInt() - Integer.BYTES];
    from.readFully(body);
    return body;
  }

  /**
   * Messages that hold no statement belong to the one before; the border of a transaction is told
   * by what was done before it.
   */
  private String kind(byte type, byte[] body, String before) {
    if (type != QUERY && type != PARSE) {
      return before;
    }
    // A statement's name, empty as a rule, goes before its text.
    String text = new String(body, StandardCharsets.UTF_8).replace("\0", "");
    if (text.startsWith("COPY ")) {
      copies.add(text);
    }
    String kind = text.replaceAll("\"[^\"]*\"|'[^']*'|\\d+", "?").replaceAll("\\s+", " ").strip();
    return BORDER.matcher(kind).matches()
        ? kind + AFTER + before.replaceFirst(".*" + AFTER, "")
        : kind;
  }

  private void pass(String kind, byte[] type, byte[] body, DataOutputStream to)
      throws IOException, InterruptedException {
    boolean last = count(kind) == strike.message();
    if (last && !strike.delivered()) {
      kill();
      throw new IOException("held back");
    }
    ByteBuffer message = ByteBuffer.allocate(type.length + Integer.BYTES + body.length);
    message.put(type).putInt(Integer.BYTES + body.length).put(body);
    to.write(message.array());
    if (last) {
      Thread.sleep(strike.later().toMillis());
      kill();
    }
  }

  private synchronized int count(String kind) {
    sent.add(kind);
    return sent.size();
  }

  private void kill() {
    Process victim = process.join();
    try {
      if (witness != Witness.NONE) {
        new ProcessBuilder("kill", "-STOP", Long.toString(victim.pid())).start().waitFor();
        witness.look(lines());
      }
    } catch (Exception e) {
      blindness = e;
    } finally {
      victim.destroyForcibly();
    }
  }

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
                // A line that is cut off, by us or by the end of the process.
              }
            },
            "wire");
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
