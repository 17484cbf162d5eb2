package dev.overwinter.sandbox.real;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A sign-in service like Keycloak at which everybody is the same person. */
final class IdentityProvider implements AutoCloseable {
  private final HttpServer server;
  private volatile String name = "Kim";

  IdentityProvider() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/protocol/openid-connect/token",
        exchange -> answer(exchange, "{\"access_token\": \"one\", \"token_type\": \"Bearer\"}"));
    server.createContext(
        "/protocol/openid-connect/userinfo",
        exchange ->
            answer(
                exchange,
                """
                {"sub": "4711", "name": "%s", "email": "kim@example.net", "email_verified": true}
                """
                    .formatted(name)));
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void rename(String newName) {
    name = newName;
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
