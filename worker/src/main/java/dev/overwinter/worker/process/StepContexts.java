package dev.overwinter.worker.process;

import dev.overwinter.activities.StepContext;
import dev.overwinter.worker.operations.Meters;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptor;
import io.temporal.common.interceptors.ActivityInboundCallsInterceptorBase;
import io.temporal.common.interceptors.WorkerInterceptorBase;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every activity of a worker its {@link StepContext}. Thread-safe; one per process,
 * registered with the worker as an interceptor.
 */
public final class StepContexts extends WorkerInterceptorBase {
  private static final Logger LOG = LoggerFactory.getLogger(StepContexts.class);

  private final ThreadLocal<RunningStep> current = new ThreadLocal<>();
  private final Set<RunningStep> running = ConcurrentHashMap.newKeySet();
  private final Meters meters;
  private volatile boolean stopping;

  /** Contexts whose counts nobody reads. */
  public StepContexts() {
    this(Meters.unread());
  }

  /**
   * @param meters count what the activities do
   */
  public StepContexts(Meters meters) {
    this.meters = meters;
    meters.showLeases(
        () -> running.stream().map(RunningStep::leaseLeft).flatMap(Optional::stream).toList());
  }

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

  /** Makes every activity stop at its next border, because the process is to stop. */
  void stopAtBorders() {
    stopping = true;
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
      String activity = context.getInfo().getActivityType();
      int attempt = context.getInfo().getAttempt();
      long begin = System.nanoTime();
      LOG.info(attempt == 1 ? "{} begins" : "{} begins, attempt {}", activity, attempt);
      meters.attemptBegins(activity, attempt);
      try (RunningStep step = new RunningStep(context, meters, () -> stopping)) {
        current.set(step);
        running.add(step);
        try {
          return super.execute(input);
        } catch (RuntimeException e) {
          RuntimeException end = endOf(step, e);
          if (end instanceof ActivityNotExistsException) {
            LOG.warn(
                "{} breaks off: Temporal does not know this attempt any more, so its run was terminated or has ended, or another worker has taken over",
                activity);
          }
          if (!(end instanceof ActivityCompletionException)) {
            meters.attemptFailed(activity, end);
          }
          throw end;
        } catch (Error e) {
          meters.attemptFailed(activity, e);
          throw e;
        } finally {
          running.remove(step);
          current.remove();
        }
      } finally {
        meters.attemptEnds(activity);
        LOG.info("{} is over after {} s", activity, (System.nanoTime() - begin) / 1_000_000_000);
      }
    }

    /** A statement that was cancelled fails; what counts is that the attempt was over. */
    private static RuntimeException endOf(RunningStep step, RuntimeException failure) {
      ActivityCompletionException end = step.end();
      return end == null ? failure : end;
    }
  }
}
