package dev.overwinter.activities.hooks;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A receiver of announcements; takes everything unless told otherwise. */
final class Receiver implements AutoCloseable {
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer server;
  private volatile boolean hanging;

  Receiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** What came in. */
  record Received(Headers headers, String body) {
    String header(String name) {
      return headers.getFirst(name);
    }
  }

  private record Answer(int status, String header, String value) {}

  URI url() {
    return URI.create("http://localhost:%d/hook".formatted(server.getAddress().getPort()));
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  /** The next call gets this answer. */
  void answers(int status) {
    answers(status, "Content-Type", "text/plain");
  }

  void answers(int status, String header, String value) {
    answers.add(new Answer(status, header, value));
  }

  void redirectsTo(URI url) {
    answers(307, "Location", url.toString());
  }

  /**
   * Answers nothing from now on.
   *
   * @return is counted down when a call has arrived
   */
  CountDownLatch hangs() {
    hanging = true;
    return arrived;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      received.add(new Received(exchange.getRequestHeaders(), body));
      arrived.countDown();
      if (hanging) {
        closed.await();
        return;
      }
      Answer answer = answers.poll();
      if (answer != null) {
        exchange.getResponseHeaders().add(answer.header(), answer.value());
      }
      exchange.sendResponseHeaders(answer == null ? 204 : answer.status(), -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
