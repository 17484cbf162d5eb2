package dev.overwinter.worker.operations;

import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import com.uber.m3.tally.ScopeCloseException;
import com.uber.m3.util.Duration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every metric of this process: our own, Temporal's, those that a workflow reports, and the Java
 * machine's. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
  static final String OPEN_METRICS = "application/openmetrics-text";
  static final String OPEN_METRICS_TYPE = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
  static final String TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final Scope temporalScope;

  /** Of the hundreds that Temporal's reporter would give each of its durations, in seconds. */
  private static final double[] BUCKETS = {0.05, 0.25, 1, 5, 15, 60};

  /**
   * @param version the program's, shown as {@code overwinter_build_info}
   */
  public Metrics(String version) {
    registry.config().meterFilter(new FewBuckets());
    temporalScope =
        new RootScopeBuilder()
            .reporter(new MicrometerClientStatsReporter(registry))
            .reportEvery(REPORT_INTERVAL);
    Gauge.builder("overwinter.build.info", () -> 1)
        .description("Which version this worker is.")
        .tag("version", version)
        .tag("java", Runtime.version().toString())
        .register(registry);
    garbageCollection.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  /** Where meters are registered; belongs to this. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Where Temporal's client, its workers and workflows report to; belongs to this. */
  public Scope temporalScope() {
    return temporalScope;
  }

  /**
   * All of it as Prometheus reads it.
   *
   * @param contentType one of Prometheus' formats, such as {@link #TEXT_TYPE}
   */
  String scrape(String contentType) {
    return registry.scrape(contentType);
  }

  /** Keeps a scrape short. */
  private static final class FewBuckets implements MeterFilter {
    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
      if (id.getType() != Meter.Type.TIMER
          || !Boolean.TRUE.equals(config.isPercentileHistogram())) {
        return config;
      }
      return DistributionStatisticConfig.builder()
          .percentilesHistogram(false)
          .serviceLevelObjectives(Arrays.stream(BUCKETS).map(seconds -> seconds * 1e9).toArray())
          .build()
          .merge(config);
    }
  }

  @Override
  public void close() {
    try {
      temporalScope.close();
    } catch (ScopeCloseException e) {
      LOG.debug("last metrics of Temporal's client lost: {}", e.getClass().getName());
    }
    garbageCollection.close();
    registry.close();
  }
}
