package dev.overwinter.worker.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.overwinter.activities.StepThreads;
import dev.overwinter.worker.settings.HttpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of this process over HTTP: {@code /metrics} for Prometheus, {@code /healthz} while it is
 * alive, {@code /readyz} while it can work. Takes nothing and shows no secret.
 */
public final class OperationsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OperationsServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int THREADS = 2;

  private final HttpServer server;
  private final ExecutorService threads;

  private OperationsServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Opens it as the settings say.
   *
   * @return null when it is off, or when nobody chose its address and another process, such as a
   *     second worker, listens there
   * @throws IOException when the address was chosen and cannot be listened on; the message says so
   */
  public static OperationsServer open(HttpSettings settings, Metrics metrics, Readiness readiness)
      throws IOException {
    if (settings.address().isEmpty()) {
      return null;
    }
    HttpSettings.Address address = settings.address().get();
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 0);
    } catch (IOException | RuntimeException e) {
      String trouble =
          "cannot listen at %s (%s): another worker may; set OVERWINTER_HTTP_ADDRESS to an address of its own for each, or to off"
              .formatted(address, e.getMessage());
      if (settings.chosen()) {
        throw new IOException("http.address: " + trouble);
      }
      LOG.warn("no metrics and no health of this worker over HTTP: {}", trouble);
      return null;
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, new StepThreads("http"));
    server.setExecutor(threads);
    handle(server, "/metrics", exchange -> metrics(exchange, metrics));
    handle(server, "/healthz", exchange -> json(exchange, 200, Map.of("alive", true)));
    handle(server, "/readyz", exchange -> ready(exchange, readiness.answer()));
    handle(
        server, "/", exchange -> json(exchange, 404, Map.of("paths", "/metrics /healthz /readyz")));
    server.start();
    OperationsServer opened = new OperationsServer(server, threads);
    LOG.info(
        "metrics and health at http://{}", new HttpSettings.Address(address.host(), opened.port()));
    return opened;
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void handle(HttpServer server, String path, HttpHandler handler) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            boolean exact = path.equals("/") || exchange.getRequestURI().getPath().equals(path);
            if (!exact) {
              json(exchange, 404, Map.of());
            } else if (exchange.getRequestMethod().equals("GET")) {
              handler.handle(exchange);
            } else {
              exchange.getResponseHeaders().set("Allow", "GET");
              json(exchange, 405, Map.of());
            }
          } catch (RuntimeException e) {
            LOG.warn("{} failed: {}", path, e.getClass().getName());
            throw e;
          }
        });
  }

  private static void metrics(HttpExchange exchange, Metrics metrics) throws IOException {
    String accepted = exchange.getRequestHeaders().getFirst("Accept");
    boolean openMetrics = accepted != null && accepted.contains(Metrics.OPEN_METRICS);
    String type = openMetrics ? Metrics.OPEN_METRICS_TYPE : Metrics.TEXT_TYPE;
    send(exchange, 200, type, metrics.scrape(type));
  }

  private static void ready(HttpExchange exchange, Readiness.Answer answer) throws IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", answer.ready());
    body.putAll(answer.parts());
    json(exchange, answer.ready() ? 200 : 503, body);
  }

  private static void json(HttpExchange exchange, int status, Map<String, ?> body)
      throws IOException {
    send(exchange, status, "application/json", JSON.writeValueAsString(body) + "\n");
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
