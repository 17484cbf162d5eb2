package dev.overwinter.worker.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.overwinter.worker.secrecy.UnreadablePayloadException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.payload.codec.PayloadCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporal's remote codec protocol: {@code POST …/encode} and {@code POST …/decode} with payloads
 * as JSON, answered by payloads as JSON, in the same number and order; any other answer than 200 is
 * a reason in plain text, which Temporal's command line shows. A page of a browser is answered only
 * when its origin is allowed, so that no other page that is open can have payloads read.
 */
final class CodecHandler implements HttpHandler {
  /** Temporal's own messages end at 4 MB, which is less than 6 as JSON. */
  private static final int MOST_BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(CodecHandler.class);

  private final PayloadCodec codec;
  private final Set<String> origins;
  private final byte[] authorization;

  CodecHandler(PayloadCodec codec, Set<String> origins, String token) {
    this.codec = codec;
    this.origins = Set.copyOf(origins);
    this.authorization =
        token.isEmpty() ? null : ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange);
      } catch (RuntimeException e) {
        LOG.error("a fault of the codec endpoint: {}", e.getClass().getName());
        answer = new Answer(500, "A fault of the codec endpoint: " + e.getClass().getName());
      }
      send(exchange, answer);
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    if (origin != null && !origins.contains(origin)) {
      return new Answer(
          403, "Pages of %s may not ask here: allow them with --allow-origin.".formatted(origin));
    }
    if (origin != null) {
      allow(origin, exchange.getResponseHeaders());
    }
    String path = exchange.getRequestURI().getPath();
    boolean encodes = path.endsWith("/encode");
    if (!encodes && !path.endsWith("/decode")) {
      return new Answer(404, "Ask for /encode or /decode, with any path before them.");
    }
    if (exchange.getRequestMethod().equals("OPTIONS")) {
      return new Answer(204, "");
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST, OPTIONS");
      return new Answer(405, "Ask with POST.");
    }
    if (!isAuthorized(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      return new Answer(
          401, "Name the token: temporal --codec-auth \"Bearer $OVERWINTER_CODEC_TOKEN\".");
    }
    byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      return new Answer(413, "The payloads are larger than %d MiB.".formatted(MOST_BYTES >> 20));
    }
    return convert(body, encodes ? codec::encode : codec::decode);
  }

  private static void allow(String origin, Headers answer) {
    answer.set("Access-Control-Allow-Origin", origin);
    answer.set("Access-Control-Allow-Methods", "POST, OPTIONS");
    answer.set("Access-Control-Allow-Headers", "Content-Type, X-Namespace, Authorization");
    answer.set("Access-Control-Allow-Credentials", "true");
    answer.set("Access-Control-Max-Age", "600");
    answer.set("Vary", "Origin");
  }

  private boolean isAuthorized(String given) {
    return authorization == null
        || given != null
            && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
  }

  private static Answer convert(byte[] body, UnaryOperator<List<Payload>> conversion) {
    Payloads.Builder given = Payloads.newBuilder();
    try {
      // Newer versions of Temporal may say more of a payload than this one knows.
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(new String(body, StandardCharsets.UTF_8), given);
    } catch (InvalidProtocolBufferException e) {
      // The parser's message quotes what it read.
      return new Answer(400, "The body is not JSON as {\"payloads\":[…]}.");
    }
    try {
      List<Payload> converted = conversion.apply(given.getPayloadsList());
      return new Answer(
          200, JsonFormat.printer().print(Payloads.newBuilder().addAllPayloads(converted)));
    } catch (UnreadablePayloadException e) {
      return new Answer(400, e.getMessage());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("payloads can always be printed", e);
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    if (text.length == 0) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    headers.set(
        "Content-Type", answer.status() == 200 ? "application/json" : "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(answer.status(), text.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(text);
    }
  }

  /**
   * @param text JSON with status 200, else a reason
   */
  private record Answer(int status, String text) {}
}
