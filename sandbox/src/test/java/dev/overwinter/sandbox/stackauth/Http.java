package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;

/** A bare HTTP client with the headers that Stack Auth wants. */
final class Http {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;
  private final Map<String, String> headers = new LinkedHashMap<>();

  Http(StackAuthStandIn standIn) {
    base = standIn.baseUrl();
    headers.put("X-Stack-Access-Type", "server");
    headers.put("X-Stack-Project-Id", standIn.project().id());
    headers.put("X-Stack-Secret-Server-Key", standIn.project().secretServerKey());
    headers.put("Content-Type", "application/json");
  }

  /** Sets a header for all coming requests; null removes it. */
  Http header(String name, String value) {
    headers.put(name, value);
    headers.values().removeIf(v -> v == null);
    return this;
  }

  Answer get(String path) throws IOException {
    return send("GET", path, null);
  }

  Answer post(String path, String body) throws IOException {
    return send("POST", path, body);
  }

  Answer send(String method, String path, String body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path.equals("/health") ? path : "/api/v1" + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    String code() {
      return header("x-stack-known-error");
    }

    String text() {
      return response.body();
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String id() {
      return json().get("id").asText();
    }
  }
}
