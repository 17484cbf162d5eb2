package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.overwinter.sandbox.stackauth.StandInFaults.Fault;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** From bytes to a {@link Call} and from a {@link Reply} to bytes, with the faults in between. */
final class RequestHandler implements HttpHandler {
  private static final List<String> PREFIXES = List.of("/api/v1", "/api/latest");

  /** The newer service takes no more; the older one has no limit worth copying. */
  private static final int LARGEST_SUMMER_BODY = 8 * 1024 * 1024;

  private final Routes routes;
  private final AccessCheck access;
  private final StandInFaults faults;
  private final ApiDialect dialect;
  private final ObjectMapper json = new ObjectMapper();
  private final ConcurrentMap<String, Integer> requests = new ConcurrentHashMap<>();

  RequestHandler(Routes routes, AccessCheck access, StandInFaults faults, ApiDialect dialect) {
    this.routes = routes;
    this.access = access;
    this.faults = faults;
    this.dialect = dialect;
  }

  /** Requests that arrived so far, by route; those that then failed included. */
  Map<String, Integer> requests() {
    return Map.copyOf(requests);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("x-stack-request-id", UUID.randomUUID().toString());
      String path = exchange.getRequestURI().getRawPath();
      if (path.equals("/health")) {
        write(exchange, Reply.json(200, JsonNodeFactory.instance.objectNode().put("status", "ok")));
        return;
      }
      try {
        Routes.Match match = routes.find(exchange.getRequestMethod(), belowPrefix(path));
        requests.merge(match.route().name(), 1, Integer::sum);
        answer(exchange, match, body);
      } catch (ApiException failure) {
        write(exchange, failure.reply());
      }
    }
  }

  private void answer(HttpExchange exchange, Routes.Match match, byte[] body) throws IOException {
    Optional<Fault> fault = faults.overLimit().or(() -> faults.next(match.route().name()));
    if (fault.isPresent()) {
      switch (fault.get()) {
        case TOO_MANY_REQUESTS_WITH_RETRY_AFTER -> {
          exchange.getResponseHeaders().set("Retry-After", "1");
          write(exchange, tooManyRequests());
          return;
        }
        case TOO_MANY_REQUESTS -> {
          write(exchange, tooManyRequests());
          return;
        }
        case SERVER_ERROR_BEFORE_EFFECT -> throw ApiException.internal();
        case CUT_BEFORE_EFFECT -> {
          return;
        }
        case SLOW_REPLY -> faults.pauseForSlowReply();
        case SERVER_ERROR_AFTER_EFFECT, CUT_AFTER_EFFECT -> {
          // Strike below, when the request has been carried out.
        }
      }
    }
    access.check(exchange.getRequestHeaders(), match.route());
    Reply reply = match.route().handler().apply(parse(exchange, match, body));
    if (fault.equals(Optional.of(Fault.SERVER_ERROR_AFTER_EFFECT))) {
      throw ApiException.internal();
    }
    if (!fault.equals(Optional.of(Fault.CUT_AFTER_EFFECT))) {
      write(exchange, reply);
    }
  }

  private Call parse(HttpExchange exchange, Routes.Match match, byte[] body) {
    Map<String, String> query = new LinkedHashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        query.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    boolean carriesBody = List.of("POST", "PATCH").contains(exchange.getRequestMethod());
    return new Call(match.pathVariables(), query, carriesBody ? object(exchange, body) : null);
  }

  private ObjectNode object(HttpExchange exchange, byte[] body) {
    if (dialect == ApiDialect.SUMMER_2026 && body.length > LARGEST_SUMMER_BODY) {
      throw ApiException.text(413, "Request body too large");
    }
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      throw ApiException.schema("The body must be JSON with the content type application/json");
    }
    JsonNode parsed;
    try {
      parsed = json.readTree(body);
    } catch (IOException malformed) {
      throw ApiException.known(400, "BODY_PARSING_ERROR", "The body is not valid JSON.");
    }
    if (parsed instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.schema("body must be an object");
  }

  private void write(HttpExchange exchange, Reply reply) throws IOException {
    byte[] body;
    if (reply.json() != null) {
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
      body = json.writeValueAsBytes(reply.json());
    } else {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      body = reply.text().getBytes(StandardCharsets.UTF_8);
    }
    if (reply.knownError() != null) {
      exchange.getResponseHeaders().set("x-stack-known-error", reply.knownError());
    }
    exchange.sendResponseHeaders(reply.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  private static Reply tooManyRequests() {
    return Reply.json(
        429,
        JsonNodeFactory.instance
            .objectNode()
            .put("message", "Artificial development rate limit triggered"));
  }

  private static String belowPrefix(String path) {
    for (String prefix : PREFIXES) {
      if (path.startsWith(prefix + "/")) {
        return path.substring(prefix.length());
      }
    }
    throw ApiException.text(404, "404 — this endpoint does not exist.");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
