package dev.overwinter.sandbox.operations;

import dev.overwinter.worker.Overwinter;
import dev.overwinter.worker.temporal.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A worker as a container runs it, and whoever looks at it from outside. */
final class ObservedWorker implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final Map<String, String> environment;
  private final Path output;
  private final String address;
  private final Process process;

  private ObservedWorker(Map<String, String> stage, String temporal, Path output)
      throws IOException {
    this.output = output;
    this.address = "127.0.0.1:" + Ports.free(0);
    this.environment = new HashMap<>(stage);
    environment.put("TEMPORAL_ADDRESS", temporal);
    environment.put("OVERWINTER_HTTP_ADDRESS", address);
    environment.put("OVERWINTER_LOG_FORMAT", "json");
    environment.put("OVERWINTER_LOG_FILE", "off");
    this.process = start(output, "worker");
  }

  /** Starts it; its output goes to the file. */
  static ObservedWorker start(Map<String, String> stage, String temporal, Path output)
      throws IOException {
    return new ObservedWorker(stage, temporal, output);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Waits until {@code /readyz} answers so. */
  String await(int status) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String last = "nothing";
    while (System.nanoTime() < deadline) {
      try {
        HttpResponse<String> answer = get("/readyz");
        last = answer.body();
        if (answer.statusCode() == status) {
          return last;
        }
      } catch (IOException e) {
        last = e.toString();
      }
      if (!process.isAlive()) {
        throw new AssertionError("it has ended: " + lines());
      }
      Thread.sleep(50);
    }
    throw new AssertionError(
        "waited in vain for %d, last was %s, output %s".formatted(status, last, lines()));
  }

  /** One number of {@code /metrics}, or NaN where there is none. */
  double metric(String series) throws IOException, InterruptedException {
    return metric(get("/metrics").body(), series);
  }

  static double metric(String scrape, String series) {
    return scrape
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  /** What {@code overwinter health} ends with on this host. */
  int health(Path answer) throws IOException, InterruptedException {
    Process asked = start(answer, "health");
    if (!asked.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      asked.destroyForcibly();
      throw new AssertionError("overwinter health hangs");
    }
    return asked.exitValue();
  }

  /** Sends SIGTERM, as {@code docker stop} does. */
  void terminate() {
    process.destroy();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(output);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process start(Path file, String command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Xmx256m");
    // The tests have a quieter configuration of their own.
    line.add("-Dlogback.configurationFile=" + Overwinter.class.getResource("/logback.xml"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(Overwinter.class.getName(), command));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OVERWINTER_") || name.startsWith("TEMPORAL_"));
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(file.toFile()).start();
  }
}
