package dev.overwinter.worker.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.worker.secrecy.EncryptingCodec;
import dev.overwinter.worker.secrecy.PayloadKey;
import dev.overwinter.worker.secrecy.PayloadKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CodecEndpointTest {
  private static final String WEB_UI = "http://localhost:8233";

  /** {@code "hello"} as json/plain, as Temporal's command line writes a payload. */
  private static final String PLAIN =
      "{\"payloads\":[{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"ImhlbGxvIg==\"}]}";

  private final PayloadKey key = PayloadKey.random();
  private final HttpClient http = HttpClient.newHttpClient();
  private CodecEndpoint endpoint;

  @AfterEach
  void stop() {
    endpoint.close();
  }

  @Test
  void encode_and_decode_are_each_others_reverse() throws Exception {
    start("");

    HttpResponse<String> encoded = post("/encode", PLAIN);
    HttpResponse<String> decoded = post("/decode", encoded.body());

    assertThat(encoded.statusCode()).isEqualTo(200);
    assertThat(encoded.body()).doesNotContain("ImhlbGxvIg==");
    assertThat(decoded.statusCode()).isEqualTo(200);
    assertThat(json(decoded.body())).isEqualTo(json(PLAIN));
    assertThat(decoded.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void a_path_before_it_such_as_a_namespace_is_fine_and_plain_payloads_pass() throws Exception {
    start("");

    HttpResponse<String> decoded = post("/default/decode", PLAIN);

    assertThat(decoded.statusCode()).isEqualTo(200);
    assertThat(json(decoded.body())).isEqualTo(json(PLAIN));
  }

  @Test
  void a_missing_key_is_answered_by_its_id() throws Exception {
    start("");
    String strange = post("/encode", PLAIN).body();
    endpoint.close();
    endpoint = CodecEndpoint.start(anyPort(), codecOf(PayloadKey.random()), Set.of(), "");

    HttpResponse<String> answer = post("/decode", strange);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("Payload key " + key.id() + " is missing");
  }

  @Test
  void the_web_ui_may_ask_from_its_page_and_no_other_page_may() throws Exception {
    start("");
    HttpRequest.Builder preflight =
        to("/decode")
            .method("OPTIONS", BodyPublishers.noBody())
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "content-type,x-namespace,authorization");

    HttpResponse<String> allowed = send(preflight.copy().header("Origin", WEB_UI));
    HttpResponse<String> refused = send(preflight.copy().header("Origin", "https://evil.example"));
    HttpResponse<String> asked = send(jsonTo("/decode", PLAIN).header("Origin", WEB_UI));
    HttpResponse<String> stranger =
        send(jsonTo("/decode", PLAIN).header("Origin", "https://evil.example"));

    assertThat(allowed.statusCode()).isEqualTo(204);
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).contains(WEB_UI);
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Methods").orElse(""))
        .contains("POST");
    assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
        .contains("Content-Type", "X-Namespace", "Authorization");
    assertThat(asked.statusCode()).isEqualTo(200);
    assertThat(asked.headers().firstValue("Access-Control-Allow-Origin")).contains(WEB_UI);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(stranger.statusCode()).isEqualTo(403);
    assertThat(stranger.body()).contains("--allow-origin");
    assertThat(stranger.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void with_a_token_only_those_who_name_it_are_answered() throws Exception {
    start("the token");

    assertThat(post("/decode", PLAIN).statusCode()).isEqualTo(401);
    assertThat(send(jsonTo("/decode", PLAIN).header("Authorization", "Bearer no")).statusCode())
        .isEqualTo(401);
    assertThat(
            send(jsonTo("/decode", PLAIN).header("Authorization", "Bearer the token")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void what_is_no_request_of_the_protocol_is_refused_with_a_reason() throws Exception {
    start("");

    HttpResponse<String> noJson = post("/decode", "{\"payloads\": \"secret");
    HttpResponse<String> tooLarge = post("/decode", " ".repeat((8 << 20) + 1));

    assertThat(noJson.statusCode()).isEqualTo(400);
    assertThat(noJson.body()).contains("payloads").doesNotContain("secret");
    assertThat(tooLarge.statusCode()).isEqualTo(413);
    assertThat(post("/elsewhere", PLAIN).statusCode()).isEqualTo(404);
    assertThat(send(to("/decode").GET()).statusCode()).isEqualTo(405);
    assertThat(post("/decode", "{}").statusCode()).isEqualTo(200);
  }

  private void start(String token) throws IOException {
    endpoint = CodecEndpoint.start(anyPort(), codecOf(key), Set.of(WEB_UI), token);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static EncryptingCodec codecOf(PayloadKey key) {
    return new EncryptingCodec(PayloadKeys.of(key, List.of()));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(jsonTo(path, body));
  }

  private HttpRequest.Builder jsonTo(String path, String body) {
    return to(path)
        .header("Content-Type", "application/json")
        .header("X-Namespace", "default")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:%d%s".formatted(endpoint.port(), path)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
