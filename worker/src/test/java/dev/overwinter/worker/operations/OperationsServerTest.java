package dev.overwinter.worker.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.worker.settings.HttpSettings;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OperationsServerTest {
  private static final HttpSettings ANY_PORT = HttpSettings.parse("127.0.0.1:0").orElseThrow();
  private static final Duration INTERVAL = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Metrics metrics = new Metrics("1.2.3");

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void a_worker_is_ready_from_listening_until_stopping_and_alive_all_the_time() throws Exception {
    try (Readiness readiness =
            new Readiness(List.of(check("source", () -> {})), INTERVAL, PATIENCE);
        OperationsServer server = OperationsServer.open(ANY_PORT, metrics, readiness)) {
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
      assertThat(json(get(server, "/readyz")).get("worker").asText()).isEqualTo("is starting");

      readiness.listening();
      await(server, 200);
      assertThat(json(get(server, "/readyz")).toString())
          .isEqualTo("{\"ready\":true,\"worker\":\"ok\",\"source\":\"ok\"}");

      readiness.stopping();
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
      assertThat(json(get(server, "/readyz")).get("worker").asText()).isEqualTo("is stopping");
      assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void what_does_not_answer_is_named_without_what_it_said() throws Exception {
    AtomicReference<Exception> trouble = new AtomicReference<>();
    Readiness.Probe probe =
        () -> {
          if (trouble.get() != null) {
            throw trouble.get();
          }
        };
    try (Readiness readiness = new Readiness(List.of(check("target", probe)), INTERVAL, PATIENCE);
        OperationsServer server = OperationsServer.open(ANY_PORT, metrics, readiness)) {
      readiness.show(metrics.registry());
      readiness.listening();
      await(server, 200);
      assertThat(get(server, "/metrics").body())
          .contains("overwinter_ready 1.0", "overwinter_dependency_up{dependency=\"target\"} 1.0");

      trouble.set(new SQLException("password of hunter2 refused", "28P01"));
      await(server, 503);
      assertThat(json(get(server, "/readyz")).get("target").asText())
          .isEqualTo("gives no connection (SQLSTATE 28P01)");
      assertThat(get(server, "/metrics").body())
          .contains("overwinter_ready 0.0", "overwinter_dependency_up{dependency=\"target\"} 0.0");

      trouble.set(Status.UNAVAILABLE.withDescription("hunter2").asRuntimeException());
      await(server, "target", "does not answer (UNAVAILABLE)");

      trouble.set(null);
      await(server, 200);
    }
  }

  @Test
  void what_hangs_is_missed_and_hides_nothing_else() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (Readiness readiness =
            new Readiness(
                List.of(check("source", never::await), check("temporal", () -> {})),
                INTERVAL,
                PATIENCE);
        OperationsServer server = OperationsServer.open(ANY_PORT, metrics, readiness)) {
      readiness.listening();
      await(server, "source", "has not answered for");
      await(server, "temporal", "ok");
    }
  }

  @Test
  void metrics_are_what_prometheus_reads_in_either_of_its_formats() throws Exception {
    Meters meters = new Meters(metrics.registry());
    meters.attemptBegins("ExportChunks", 2);
    try (Readiness readiness = new Readiness(List.of());
        OperationsServer server = OperationsServer.open(ANY_PORT, metrics, readiness)) {
      HttpResponse<String> text = get(server, "/metrics");
      assertThat(text.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(text.body())
          .contains("# TYPE overwinter_rows_total counter")
          .contains("overwinter_rows_total{step=\"export\"} 0.0")
          .contains("overwinter_users_total{outcome=\"created\"} 0.0")
          .contains("overwinter_activities_running{activity=\"ExportChunks\"} 1.0")
          .contains("overwinter_activity_retries_total{activity=\"ExportChunks\"} 1.0")
          .containsPattern("overwinter_build_info\\{java=\"17[^\"]*\",version=\"1.2.3\"} 1")
          .contains("jvm_memory_used_bytes");

      HttpResponse<String> open = get(server, "/metrics", "application/openmetrics-text");
      assertThat(open.headers().firstValue("Content-Type").orElse(""))
          .startsWith("application/openmetrics-text");
      assertThat(open.body()).endsWith("# EOF\n");
    }
  }

  @Test
  void other_paths_and_methods_are_refused() throws Exception {
    try (Readiness readiness = new Readiness(List.of());
        OperationsServer server = OperationsServer.open(ANY_PORT, metrics, readiness)) {
      assertThat(get(server, "/").statusCode()).isEqualTo(404);
      assertThat(get(server, "/metrics/../secrets").statusCode()).isEqualTo(404);
      HttpRequest post =
          HttpRequest.newBuilder(uri(server, "/readyz"))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      assertThat(send(post).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void a_second_worker_goes_on_without_unless_the_address_was_chosen() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Readiness readiness = new Readiness(List.of())) {
      HttpSettings.Address address = new HttpSettings.Address("127.0.0.1", taken.getLocalPort());

      assertThat(
              OperationsServer.open(
                  new HttpSettings(Optional.of(address), false), metrics, readiness))
          .isNull();
      assertThatThrownBy(
              () ->
                  OperationsServer.open(
                      new HttpSettings(Optional.of(address), true), metrics, readiness))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen at " + address)
          .hasMessageContaining("OVERWINTER_HTTP_ADDRESS");
      assertThat(OperationsServer.open(HttpSettings.parse("off").orElseThrow(), metrics, readiness))
          .isNull();
    }
  }

  private static Readiness.Check check(String name, Readiness.Probe probe) {
    return new Readiness.Check(name, probe);
  }

  private static void await(OperationsServer server, int status) throws Exception {
    while (get(server, "/readyz").statusCode() != status) {
      Thread.sleep(10);
    }
  }

  private static void await(OperationsServer server, String part, String state) throws Exception {
    while (!json(get(server, "/readyz")).get(part).asText().startsWith(state)) {
      Thread.sleep(10);
    }
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private static HttpResponse<String> get(OperationsServer server, String path) throws Exception {
    return get(server, path, "*/*");
  }

  private static HttpResponse<String> get(OperationsServer server, String path, String accepted)
      throws Exception {
    return send(HttpRequest.newBuilder(uri(server, path)).header("Accept", accepted).build());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(OperationsServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
