package dev.overwinter.activities.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import dev.overwinter.activities.users.StackAuthException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer is taken for, and that no answer is quoted. */
class StackAuthClientTest {
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private StackAuthClient client;

  private int status;
  private String type;
  private String body;
  private String retryAfter;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/base/api/v1/",
        exchange -> {
          requests.incrementAndGet();
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", type);
          exchange.getResponseHeaders().set("x-stack-request-id", "req-7");
          exchange.getResponseHeaders().set("Location", "/base/api/v1/elsewhere");
          if (retryAfter != null) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
          }
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/base");
    client =
        new StackAuthClient(
            new StackAuthSettings(base, "project", "ssk_secret"), StackAuthPace.standard());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "409 | application/json | {\"code\":\"USER_EMAIL_ALREADY_EXISTS\",\"error\":\"a@example.com\"} | EMAIL_TAKEN | USER_EMAIL_ALREADY_EXISTS",
        "409 | application/json; charset=utf-8 | {\"code\":\"CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE\"} | EMAIL_TAKEN | CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE",
        "409 | application/json | {\"code\":\"VERIFICATION_CODE_ALREADY_USED\"} | REFUSED | VERIFICATION_CODE_ALREADY_USED",
        "400 | application/json | {\"code\":\"SCHEMA_ERROR\"} | REFUSED | SCHEMA_ERROR",
        "400 | application/json | {\"code\":\"a@example.com\"} | REFUSED | HTTP_400",
        "400 | application/json | not json a@example.com | REFUSED | HTTP_400",
        "400 | text/plain | Invalid password hash. a@example.com | REFUSED | INVALID_PASSWORD_HASH",
        "400 | text/plain | Password auth not enabled in the project | MISCONFIGURED | PASSWORD_AUTH_OFF",
        "400 | application/json | {\"code\":\"CURRENT_PROJECT_NOT_FOUND\"} | MISCONFIGURED | CURRENT_PROJECT_NOT_FOUND",
        "401 | application/json | {\"code\":\"INVALID_SECRET_SERVER_KEY\"} | MISCONFIGURED | INVALID_SECRET_SERVER_KEY",
        "403 | text/html | <html>a@example.com</html> | MISCONFIGURED | HTTP_403",
        "404 | text/html | no such page | MISCONFIGURED | HTTP_404",
        "302 | text/html | moved | MISCONFIGURED | HTTP_302",
        "200 | application/json | [] | MISCONFIGURED | NOT_STACK_AUTH",
        "200 | application/json | {\"id\":\"a@example.com\"} | MISCONFIGURED | NOT_STACK_AUTH",
        "413 | text/plain | too large | REFUSED | HTTP_413",
        "429 | application/json | {\"message\":\"slow down\"} | THROTTLED | HTTP_429",
        "500 | text/plain | Something went wrong. | OUTCOME_UNKNOWN | HTTP_500",
        "508 | text/plain | INFINITE_LOOP_DETECTED | OUTCOME_UNKNOWN | HTTP_508",
        "201 | application/json | {\"id\": | OUTCOME_UNKNOWN | CONNECTION_JsonEOFException"
      })
  void every_answer_has_one_meaning(int status, String type, String body, Kind kind, String code) {
    answer(status, type, body);
    StackAuthException failure = create();
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure).hasNoCause();
    assertThat(failure.getMessage()).doesNotContain("@", "ssk_secret");
    assertThat(requests).hasValue(1);
  }

  @Test
  void a_missing_account_is_gone_only_if_the_service_says_so() {
    answer(404, "application/json", "{\"code\":\"USER_NOT_FOUND\"}");
    assertThat(client.find(UUID.randomUUID())).isEmpty();
    client.delete(UUID.randomUUID());
    answer(404, "text/html", "no such page");
    assertThatThrownBy(() -> client.delete(UUID.randomUUID()))
        .isInstanceOf(StackAuthException.class);
  }

  @Test
  void the_pause_is_read_in_both_forms_and_may_be_missing() {
    answer(429, "text/plain", "");
    assertThat(create().retryAfter()).isNull();
    retryAfter = "7";
    assertThat(create().retryAfter()).isEqualTo(Duration.ofSeconds(7));
    retryAfter = "Fri, 20 Nov 2020 18:00:00 GMT";
    assertThat(create().retryAfter()).isEqualTo(Duration.ZERO);
    retryAfter = "soon";
    assertThat(create().retryAfter()).isNull();
  }

  @Test
  void a_service_that_is_not_there_leaves_the_outcome_open() {
    server.stop(0);
    StackAuthException failure = create();
    assertThat(failure.kind()).isEqualTo(Kind.OUTCOME_UNKNOWN);
    assertThat(failure.code()).isEqualTo("CONNECTION_ConnectException");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssk_1\n", "ssk 1", "ssk_ä"})
  void a_key_that_cannot_be_sent_is_refused_without_quoting_it(String key) {
    assertThatThrownBy(
            () -> new StackAuthSettings(URI.create("https://auth.example.com"), "project", key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth.example.com", "ftp://auth.example.com", "https:/auth"})
  void an_address_that_is_none_is_refused(String address) {
    assertThatThrownBy(() -> new StackAuthSettings(URI.create(address), "project", "ssk_1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private StackAuthException create() {
    return catchThrowableOfType(
        StackAuthException.class, () -> client.create(JsonNodeFactory.instance.objectNode()));
  }

  private void answer(int withStatus, String withType, String withBody) {
    status = withStatus;
    type = withType;
    body = withBody;
  }
}
