package dev.overwinter.worker.operations;

import dev.overwinter.activities.StepThreads;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Whether this worker can work: it takes steps, and everything it depends on answered lately. Each
 * thing is looked at on a thread of its own, so that one that hangs hides no other. Thread-safe.
 */
public final class Readiness implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** Longer than one look may take that waits for a connection in use. */
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private final Map<String, Dependency> dependencies = new LinkedHashMap<>();
  private final ScheduledExecutorService threads;
  private final Duration patience;
  private volatile String worker = "is starting";

  /** Something that the worker depends on. */
  @FunctionalInterface
  public interface Probe {
    /**
     * Has a cheap look.
     *
     * @throws Exception when it cannot be used; its message is shown to nobody
     */
    void look() throws Exception;
  }

  /**
   * A probe and its name.
   *
   * @param name such as "source"
   */
  public record Check(String name, Probe probe) {}

  /**
   * What came out.
   *
   * @param ready whether all is well
   * @param parts "ok" or what is wrong, by name; quotes no secret
   */
  public record Answer(boolean ready, Map<String, String> parts) {}

  /** Begins to look. */
  public Readiness(List<Check> checks) {
    this(checks, INTERVAL, PATIENCE);
  }

  /**
   * @param patience how old the last good look may be
   */
  Readiness(List<Check> checks, Duration interval, Duration patience) {
    this.patience = patience;
    this.threads =
        Executors.newScheduledThreadPool(Math.max(1, checks.size()), new StepThreads("readiness"));
    for (Check check : checks) {
      Dependency dependency = new Dependency(check.probe());
      dependencies.put(check.name(), dependency);
      threads.scheduleWithFixedDelay(
          dependency::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The worker takes steps from now on. */
  public void listening() {
    worker = "ok";
  }

  /** The worker takes no more steps and is about to end. */
  public void stopping() {
    worker = "is stopping";
  }

  /** What is known now; waits for nothing. */
  public Answer answer() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("worker", worker);
    dependencies.forEach((name, dependency) -> parts.put(name, dependency.state(patience)));
    return new Answer(parts.values().stream().allMatch("ok"::equals), parts);
  }

  /** Shows the same as metrics. */
  public void show(MeterRegistry registry) {
    Gauge.builder("overwinter.ready", () -> answer().ready() ? 1 : 0)
        .description("1 while this worker can work, as /readyz says.")
        .register(registry);
    dependencies.forEach(
        (name, dependency) ->
            Gauge.builder(
                    "overwinter.dependency.up",
                    () -> dependency.state(patience).equals("ok") ? 1 : 0)
                .description("1 while this worker can use what it depends on.")
                .tag("dependency", name)
                .register(registry));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** One thing and the last look at it. */
  private static final class Dependency {
    private final Probe probe;
    private final long since = System.nanoTime();
    private volatile Look last;

    Dependency(Probe probe) {
      this.probe = probe;
    }

    void look() {
      try {
        probe.look();
        last = new Look(System.nanoTime(), "ok");
      } catch (SQLException e) {
        last =
            new Look(
                System.nanoTime(), "gives no connection (SQLSTATE %s)".formatted(e.getSQLState()));
      } catch (StatusRuntimeException e) {
        last =
            new Look(System.nanoTime(), "does not answer (%s)".formatted(e.getStatus().getCode()));
      } catch (Exception e) {
        last =
            new Look(
                System.nanoTime(), "cannot be used (%s)".formatted(e.getClass().getSimpleName()));
      }
    }

    String state(Duration patience) {
      Look look = last;
      long silent = System.nanoTime() - (look == null ? since : look.at);
      if (silent > patience.toNanos()) {
        return "has not answered for %d s".formatted(Duration.ofNanos(silent).toSeconds());
      }
      return look == null ? "was not looked at yet" : look.state;
    }
  }

  private record Look(long at, String state) {}
}
