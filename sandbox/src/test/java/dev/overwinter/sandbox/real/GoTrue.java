package dev.overwinter.sandbox.real;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.worker.temporal.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The real Supabase Auth on this machine, without mail: whoever signs up is confirmed at once. */
final class GoTrue implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JWT_SECRET = "a secret of the sandbox, which protects nothing at all";
  private static final long PATIENCE_SECONDS = 60;

  /** A telephone that gets no messages, because everybody knows what they would say. */
  static final String PHONE = "493012345678";

  static final String SMS_CODE = "123456";

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;
  private final Process process;

  private GoTrue(URI base, Process process) {
    this.base = base;
    this.process = process;
  }

  /** The program that {@code GOTRUE} names. */
  static Optional<Path> program() {
    return Optional.ofNullable(System.getenv("GOTRUE")).map(Path::of).filter(Files::isExecutable);
  }

  /**
   * Lets it make its tables in the database's schema auth.
   *
   * @param database as {@code postgres://user:password@host:port/database}
   */
  static void migrate(String database, Path directory) throws Exception {
    Process process = start("migrate", database, directory, Map.of("PORT", "0"));
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(Files.readString(directory.resolve("gotrue-migrate.log")));
    }
  }

  /**
   * @param database as for {@link #migrate}
   * @param provider who else knows the people, under the name keycloak
   */
  static GoTrue serve(String database, URI provider, Path directory) throws Exception {
    int port = Ports.free(0);
    URI address = URI.create("http://127.0.0.1:" + port);
    Map<String, String> variables = new HashMap<>();
    variables.put("PORT", "" + port);
    variables.put("GOTRUE_EXTERNAL_KEYCLOAK_ENABLED", "true");
    variables.put("GOTRUE_EXTERNAL_KEYCLOAK_CLIENT_ID", "sandbox");
    variables.put("GOTRUE_EXTERNAL_KEYCLOAK_SECRET", "sandbox");
    variables.put("GOTRUE_EXTERNAL_KEYCLOAK_URL", provider.toString());
    variables.put("GOTRUE_EXTERNAL_KEYCLOAK_REDIRECT_URI", address + "/callback");
    Process process = start("serve", database, directory, variables);
    GoTrue started = new GoTrue(address, process);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!started.isHealthy()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        started.close();
        throw new IOException(Files.readString(directory.resolve("gotrue-serve.log")));
      }
      Thread.sleep(100);
    }
    return started;
  }

  private static Process start(
      String command, String database, Path directory, Map<String, String> further)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(program().orElseThrow().toString(), command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("gotrue-" + command + ".log").toFile());
    Map<String, String> variables = builder.environment();
    variables.put("API_EXTERNAL_URL", "http://127.0.0.1");
    variables.put("GOTRUE_API_HOST", "127.0.0.1");
    variables.put("GOTRUE_SITE_URL", "http://localhost:3000");
    variables.put("GOTRUE_DB_DRIVER", "postgres");
    variables.put("DATABASE_URL", database + "?sslmode=disable");
    variables.put("DB_NAMESPACE", "auth");
    variables.put("GOTRUE_JWT_SECRET", JWT_SECRET);
    variables.put("GOTRUE_JWT_AUD", "authenticated");
    variables.put("GOTRUE_JWT_DEFAULT_GROUP_NAME", "authenticated");
    variables.put("GOTRUE_JWT_ADMIN_ROLES", "supabase_admin,service_role");
    variables.put("GOTRUE_MAILER_AUTOCONFIRM", "true");
    variables.put("GOTRUE_EXTERNAL_PHONE_ENABLED", "true");
    variables.put("GOTRUE_SMS_TEST_OTP", PHONE + ":" + SMS_CODE);
    variables.put("GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED", "true");
    variables.putAll(further);
    return builder.start();
  }

  private boolean isHealthy() throws InterruptedException {
    try {
      return call("GET", "/health", null, null).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** A token that may do everything, as servers of the application have it. */
  static String serviceRole() throws GeneralSecurityException {
    String header = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
    String claims =
        "{\"role\":\"service_role\",\"aud\":\"authenticated\",\"exp\":%d}"
            .formatted(Instant.now().plus(Duration.ofHours(1)).getEpochSecond());
    String signed = header + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(JWT_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * What it answered.
   *
   * @param status the HTTP status
   * @param body an empty object when there is none
   */
  record Answer(int status, JsonNode body, HttpResponse<String> response) {
    String text(String name) {
      return body.path(name).asText();
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  /**
   * @param token of whoever calls, or null
   * @param body JSON, or null
   */
  Answer call(String method, String path, String token, String body)
      throws IOException, InterruptedException {
    return call(method, path, token, body, Map.of());
  }

  Answer call(String method, String path, String token, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    request.header("Content-Type", "application/json");
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    headers.forEach(request::header);
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    JsonNode json =
        response.body().startsWith("{") || response.body().startsWith("[")
            ? JSON.readTree(response.body())
            : JSON.createObjectNode();
    return new Answer(response.statusCode(), json, response);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
