package dev.overwinter.workflows;

import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.steps.ObserveInput;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Looks now and then how far the step at work is, for the people who wait. A picture that cannot be
 * had is left out; the step knows nothing of it.
 *
 * <p>The first look is after five seconds, so that a quick step costs one timer only; each further
 * one after another twentieth of the step's age, at least five seconds. The number of looks grows
 * with the logarithm of the step's length: at most 137 in 8 hours, 174 in 48. A look takes six
 * events of history, and at most eleven where the worker answers too early: 8 hours of copying take
 * at most 830 events.
 */
final class ProgressWatch {
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(5);
  private static final int PARTS_OF_AGE = 20;

  private final StepInput input;
  private final RunRecord record;
  private final StepStubs stubs;
  private final Shape shape;

  ProgressWatch(StepInput input, RunRecord record, StepStubs stubs, Shape shape) {
    this.input = input;
    this.record = record;
    this.stubs = stubs;
    this.shape = shape;
  }

  /** Works, and looks meanwhile how far the step is. */
  <T> T during(Step step, Supplier<T> work) {
    if (!shape.looksAtProgress()) {
      return work.get();
    }
    CancellationScope looking =
        Workflow.newCancellationScope(() -> Async.procedure(this::look, step));
    looking.run();
    T result;
    try {
      result = work.get();
    } catch (RuntimeException failure) {
      // Not in a finally, which would also run when the execution ends here; see Deadline.
      looking.cancel("the work has failed");
      throw failure;
    }
    looking.cancel("the work has ended");
    return result;
  }

  private void look(Step step) {
    long begun = Workflow.currentTimeMillis();
    Forecast forecast = new Forecast();
    try {
      sleep(SHORTEST_WAIT);
      record.progress(forecast.of(observe(step, Duration.ZERO)));
      while (true) {
        long lastLook = Workflow.currentTimeMillis();
        Duration wait = waitAt(Duration.ofMillis(lastLook - begun));
        record.progress(forecast.of(observe(step, wait)));
        // Whatever the worker does, the history grows no faster.
        sleep(wait.minusMillis(Workflow.currentTimeMillis() - lastLook));
      }
    } catch (TemporalFailure ended) {
      // The scope was cancelled.
    }
  }

  /** How long to wait for the next look at a step of an age. */
  static Duration waitAt(Duration age) {
    // Whole seconds, as the worker is told.
    Duration part = Duration.ofSeconds((age.toSeconds() + PARTS_OF_AGE - 1) / PARTS_OF_AGE);
    return part.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : part;
  }

  /** The picture, or null where none can be had. */
  private StepProgress observe(Step step, Duration wait) {
    try {
      return stubs
          .progress(wait, "look how far the step is")
          .observe(new ObserveInput(input, step, wait.toSeconds()));
    } catch (TemporalFailure failure) {
      if (CancellationScope.current().isCancelRequested()) {
        throw failure;
      }
      return null;
    } catch (DataConverterException e) {
      // Another version's worker answered.
      return null;
    }
  }

  private static void sleep(Duration time) {
    if (!time.isNegative() && !time.isZero()) {
      TimerOptions label = TimerOptions.newBuilder().setSummary("before the next look").build();
      Workflow.newTimer(time, label).get();
    }
  }
}
