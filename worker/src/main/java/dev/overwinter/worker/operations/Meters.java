package dev.overwinter.worker.operations;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What the activities of this process have done since it started. Labels have few values and name
 * no table, person or run. Thread-safe.
 */
public final class Meters {
  private static final String AGAIN =
      " Since this process started, with what had to be done again.";

  private final MeterRegistry registry;
  private final Map<Measure, Counter> counters = new EnumMap<>(Measure.class);
  private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
  private final Counter leaseRenewals;

  /**
   * @param registry where everything is registered at once, so that it is there from the beginning
   */
  public Meters(MeterRegistry registry) {
    this.registry = registry;
    for (Measure measure : Measure.values()) {
      counters.put(measure, counter(measure));
    }
    leaseRenewals =
        Counter.builder("overwinter.lease.renewals")
            .description("Renewals of the lease on the source's freeze.")
            .register(registry);
  }

  /** Meters that nobody reads. */
  public static Meters unread() {
    return new Meters(new CompositeMeterRegistry());
  }

  /** Work is done. */
  public void count(Measure measure, long amount) {
    counters.get(measure).increment(amount);
  }

  /** The source's lease was renewed. */
  public void leaseRenewed() {
    leaseRenewals.increment();
  }

  /**
   * Shows how long the source's freeze would last without another renewal.
   *
   * @param left of each lease that is held here
   */
  public void showLeases(Supplier<Collection<Duration>> left) {
    Gauge.builder("overwinter.lease.left", () -> shortest(left.get()))
        .description(
            "How long the source's freeze would last without another renewal. NaN while this worker does not hold it.")
        .baseUnit("seconds")
        .register(registry);
  }

  /**
   * An attempt of an activity begins.
   *
   * @param number 1 for the first
   */
  public void attemptBegins(String activity, int number) {
    runningNow(activity).incrementAndGet();
    if (number > 1) {
      Counter.builder("overwinter.activity.retries")
          .description("Attempts of activities after the first, begun by this worker.")
          .tag("activity", activity)
          .register(registry)
          .increment();
    }
  }

  /** An attempt is over, however it ended. */
  public void attemptEnds(String activity) {
    runningNow(activity).decrementAndGet();
  }

  /** An attempt failed; not called for one that was cancelled. */
  public void attemptFailed(String activity, Throwable failure) {
    FailureType type =
        failure instanceof StepException foreseen ? foreseen.type() : FailureType.INTERNAL;
    Counter.builder("overwinter.activity.failures")
        .description("Attempts of activities that failed in this worker, by type of failure.")
        .tag("activity", activity)
        .tag("type", type.typeName())
        .register(registry)
        .increment();
  }

  private AtomicInteger runningNow(String activity) {
    return running.computeIfAbsent(
        activity,
        name -> {
          AtomicInteger number = new AtomicInteger();
          Gauge.builder("overwinter.activities.running", number::get)
              .description("Activities at work in this process now.")
              .tag("activity", name)
              .strongReference(true)
              .register(registry);
          return number;
        });
  }

  private static double shortest(Collection<Duration> left) {
    return left.stream().mapToDouble(time -> time.toMillis() / 1e3).min().orElse(Double.NaN);
  }

  private Counter counter(Measure measure) {
    return switch (measure) {
      case ROWS_EXPORTED -> copied("rows", "Rows copied, or digested by verify.", "export");
      case BYTES_EXPORTED -> copied("bytes", "Bytes of COPY text.", "export");
      case CHUNKS_EXPORTED -> copied("chunks", "Chunks done.", "export");
      case ROWS_IMPORTED -> copied("rows", "Rows copied, or digested by verify.", "import");
      case BYTES_IMPORTED -> copied("bytes", "Bytes of COPY text.", "import");
      case CHUNKS_IMPORTED -> copied("chunks", "Chunks done.", "import");
      case ROWS_VERIFIED -> copied("rows", "Rows copied, or digested by verify.", "verify");
      case USERS_CREATED -> users("created");
      case USERS_ADOPTED -> users("adopted");
      case USERS_SKIPPED -> users("skipped");
      case USERS_LEFT_OVER -> users("leftOver");
    };
  }

  private Counter copied(String what, String description, String step) {
    return Counter.builder("overwinter." + what)
        .description(description + AGAIN)
        .tag("step", step)
        .register(registry);
  }

  private Counter users(String outcome) {
    return Counter.builder("overwinter.users")
        .description("Users whose outcome was written to the ledger." + AGAIN)
        .tag("outcome", outcome)
        .register(registry);
  }
}
