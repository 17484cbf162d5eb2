package dev.overwinter.sandbox.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A worker in a process of its own, so that it can be killed like a host that loses power.
 * Thread-safe.
 */
public final class WorkerChild implements AutoCloseable {
  private static final String HEAP = "-Xmx256m";

  private final String temporal;
  private final Map<String, String> environment;
  private final Path output;
  private Process process;

  /**
   * @param temporal Temporal's address
   * @param environment the worker's settings and secrets
   * @param output where its output goes
   */
  public WorkerChild(String temporal, Map<String, String> environment, Path output) {
    this.temporal = temporal;
    this.environment = Map.copyOf(environment);
    this.output = output;
  }

  /** Starts it unless it runs. */
  public synchronized void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(HEAP);
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(SandboxWorker.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OVERWINTER_") || name.startsWith("TEMPORAL_"));
    builder.environment().putAll(environment);
    builder.environment().put("TEMPORAL_ADDRESS", temporal);
    try {
      Files.createDirectories(output.getParent());
      process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a worker process", e);
    }
  }

  /** Whether it runs. */
  public synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Its process, as Temporal names it in a worker's identity. */
  public synchronized long pid() {
    return process.pid();
  }

  /** Kills it without any warning (SIGKILL) and waits until it is gone. */
  public synchronized void kill() {
    if (process != null) {
      process.destroyForcibly();
      await(process);
    }
  }

  /** Asks it to stop (SIGTERM) and waits until it has. */
  public synchronized void stop() {
    if (process != null) {
      process.destroy();
      await(process);
    }
  }

  /** The most memory it has ever had resident, in bytes, or 0 where the system does not tell. */
  public synchronized long peakResidentBytes() {
    if (process == null) {
      return 0;
    }
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public synchronized void close() {
    if (process == null) {
      return;
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
