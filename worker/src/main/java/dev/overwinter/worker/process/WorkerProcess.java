package dev.overwinter.worker.process;

import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import io.grpc.StatusRuntimeException;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on a task queue and runs workflow and activities until closed. */
public final class WorkerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);

  /**
   * More than the most lanes a request may ask for, so that the activity that holds the lease never
   * waits for a slot.
   */
  private static final int ACTIVITY_SLOTS = 64;

  /** How often progress reaches Temporal at most, and how soon a cancellation is noticed. */
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /** How long steps may go on by themselves once the process was told to stop. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /** How long steps have to stop at their next progress. */
  private static final Duration STOP = Duration.ofSeconds(15);

  private final WorkerFactory factory;
  private final StepContexts contexts;

  private WorkerProcess(WorkerFactory factory, StepContexts contexts) {
    this.factory = factory;
    this.contexts = contexts;
  }

  /**
   * Starts listening. The caller closes connection and activities, after this.
   *
   * @param contexts the ones that the activities ask for their context
   * @throws TemporalUnavailableException when Temporal has no such namespace or refuses access
   */
  public static WorkerProcess start(
      TemporalConnection connection,
      String taskQueue,
      List<Class<?>> workflows,
      List<Object> activities,
      StepContexts contexts) {
    WorkerFactory factory =
        WorkerFactory.newInstance(
            connection.client(),
            WorkerFactoryOptions.newBuilder()
                .setWorkerInterceptors(contexts, new FailureInterceptor())
                .build());
    Worker worker =
        factory.newWorker(
            taskQueue,
            WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(ACTIVITY_SLOTS)
                .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
                .setDefaultHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
                .setAllowActivityHeartbeatDuringShutdown(true)
                .build());
    worker.registerWorkflowImplementationTypes(workflows.toArray(Class<?>[]::new));
    worker.registerActivitiesImplementations(activities.toArray());
    try {
      factory.start();
    } catch (StatusRuntimeException e) {
      factory.shutdownNow();
      throw new TemporalUnavailableException(
          "Temporal at %s does not let this worker use namespace %s (%s): create it with temporal operator namespace create, or check TEMPORAL_NAMESPACE and the credentials"
              .formatted(
                  connection.address(),
                  connection.client().getOptions().getNamespace(),
                  e.getStatus().getCode()));
    }
    LOG.info("listening on task queue {} at {}", taskQueue, connection.address());
    return new WorkerProcess(factory, contexts);
  }

  /**
   * Takes no more work, lets short steps end, stops long ones at their next progress, and
   * interrupts what is left. Whatever is cut off is done again by the next worker.
   */
  @Override
  public void close() {
    factory.shutdown();
    if (!await(DRAIN)) {
      contexts.stopAll();
      if (!await(STOP)) {
        factory.shutdownNow();
        await(DRAIN);
      }
    }
    LOG.info("stopped listening");
  }

  private boolean await(Duration time) {
    factory.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS);
    return factory.isTerminated();
  }
}
