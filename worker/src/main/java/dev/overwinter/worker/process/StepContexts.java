package dev.overwinter.worker.process;

import dev.overwinter.activities.StepContext;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives every activity of a worker its {@link StepContext}. Thread-safe; one per process,
 * registered with the worker as an interceptor.
 */
public final class StepContexts extends WorkerInterceptorBase {
  private final ThreadLocal<RunningStep> current = new ThreadLocal<>();
  private final Set<RunningStep> running = ConcurrentHashMap.newKeySet();

  /**
   * The context of the activity that runs on this thread. What is returned may be used from any
   * thread until the activity ends.
   *
   * @throws IllegalStateException outside an activity
   */
  public StepContext current() {
    RunningStep step = current.get();
    if (step == null) {
      throw new IllegalStateException("no activity runs on thread " + Thread.currentThread());
    }
    return step;
  }

  /** Makes every running activity stop at its next progress, because the process stops. */
  void stopAll() {
    running.forEach(RunningStep::stopForShutdown);
  }

  @Override
  public ActivityInboundCallsInterceptor interceptActivity(ActivityInboundCallsInterceptor next) {
    return new Inbound(next);
  }

  private final class Inbound extends ActivityInboundCallsInterceptorBase {
    private ActivityExecutionContext context;

    Inbound(ActivityInboundCallsInterceptor next) {
      super(next);
    }

    @Override
    public void init(ActivityExecutionContext context) {
      this.context = context;
      super.init(context);
    }

    @Override
    public ActivityOutput execute(ActivityInput input) {
      try (RunningStep step = new RunningStep(context)) {
        current.set(step);
        running.add(step);
        try {
          return super.execute(input);
        } catch (RuntimeException e) {
          throw endOf(step, e);
        } finally {
          running.remove(step);
          current.remove();
        }
      }
    }

    /** A statement that was cancelled fails; what counts is that the attempt was over. */
    private static RuntimeException endOf(RunningStep step, RuntimeException failure) {
      ActivityCompletionException end = step.end();
      return end == null ? failure : end;
    }
  }
}
