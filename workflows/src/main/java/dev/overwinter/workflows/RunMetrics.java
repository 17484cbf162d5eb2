package dev.overwinter.workflows;

import com.uber.m3.tally.Scope;
import dev.overwinter.workflows.status.RunState;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * What an operator's monitoring counts of runs. Nothing is counted again in a replay.
 *
 * <ul>
 *   <li>{@code overwinter_parks}: counter of stops that wait for an operator, with {@code step} and
 *       {@code reason}, the failure's type
 *   <li>{@code overwinter_parked}: timer of how long each of them lasted
 *   <li>{@code overwinter_runs_ended}: counter of runs that ended, with {@code state}
 * </ul>
 */
final class RunMetrics {
  private RunMetrics() {}

  static void parked(String step, String reason) {
    scope(Map.of("step", step, "reason", reason)).counter("overwinter_parks").inc(1);
  }

  static void unparked(Instant since, Instant until) {
    long millis = Duration.between(since, until).toMillis();
    Workflow.getMetricsScope()
        .timer("overwinter_parked")
        .record(com.uber.m3.util.Duration.ofMillis(millis));
  }

  static void ended(RunState state) {
    scope(Map.of("state", state.name().toLowerCase(Locale.ROOT)))
        .counter("overwinter_runs_ended")
        .inc(1);
  }

  private static Scope scope(Map<String, String> tags) {
    return Workflow.getMetricsScope().tagged(tags);
  }
}
