package dev.overwinter.sandbox.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Somebody's status page, written as docs/hooks.md tells receivers to: it trusts what is signed,
 * and knows an event that comes again by its id. It is out of order at first.
 */
final class StatusPage implements AutoCloseable {
  /** Must be found nowhere. */
  static final String TOKEN = "T0K3N-of-the-status-page";

  private static final String KEY = "c2VjcmV0IG9mIHRoZSBzdGF0dXMgcGFnZSwgMzIgYnl0ZXM=";

  private final HttpServer server;
  private final Map<String, String> events = new LinkedHashMap<>();
  private int calls;

  StatusPage() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/" + TOKEN, this::receive);
    server.start();
  }

  /** What a worker must be told. */
  Map<String, String> variables() {
    return Map.of(
        "OVERWINTER_HOOK_URLS",
        "http://localhost:%d/%s".formatted(server.getAddress().getPort(), TOKEN),
        "OVERWINTER_HOOK_SECRET",
        "whsec_" + KEY);
  }

  /** Type and outcome of each event, in the order in which they came first. */
  synchronized List<String> events() {
    return List.copyOf(events.values());
  }

  synchronized int calls() {
    return calls;
  }

  private synchronized void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      calls++;
      String id = exchange.getRequestHeaders().getFirst("webhook-id");
      if (calls == 1) {
        exchange.sendResponseHeaders(503, -1);
      } else if (!isSigned(exchange, id, body)) {
        exchange.sendResponseHeaders(401, -1);
      } else {
        JsonNode event = Night.JSON.readTree(body);
        String outcome = event.at("/data/outcome").asText();
        events.putIfAbsent(id, (event.get("type").asText() + " " + outcome).strip());
        exchange.sendResponseHeaders(204, -1);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static boolean isSigned(HttpExchange exchange, String id, byte[] body)
      throws GeneralSecurityException {
    String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
    mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    long age = System.currentTimeMillis() / 1000 - Long.parseLong(timestamp);
    return Math.abs(age) < 300
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8),
            exchange
                .getRequestHeaders()
                .getFirst("webhook-signature")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
