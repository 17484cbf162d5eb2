package dev.overwinter.worker.process;

import dev.overwinter.worker.secrecy.OpenRuns;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import dev.overwinter.workflows.FreezeBackfill;
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

  /** For all but lanes; many, so that the activity that holds the lease never waits for one. */
  private static final int ACTIVITY_SLOTS = 64;

  /** How often progress reaches Temporal at most, and how soon a cancellation is noticed. */
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /**
   * Temporal's second is too short for the first task of a cold worker on a busy host, where
   * classes are loaded and payloads decrypted.
   */
  private static final Duration DEADLOCK = Duration.ofSeconds(10);

  /**
   * How long steps have to come to their next border, such as the end of a chunk, once the process
   * was told to stop.
   */
  private static final Duration GRACE = Duration.ofSeconds(20);

  /** How long steps then have to stop at their next progress. */
  private static final Duration STOP = Duration.ofSeconds(10);

  /** How long they have once interrupted. */
  private static final Duration LAST = Duration.ofSeconds(5);

  private final WorkerFactory factory;
  private final StepContexts contexts;

  private WorkerProcess(WorkerFactory factory, StepContexts contexts) {
    this.factory = factory;
    this.contexts = contexts;
  }

  /**
   * Starts listening. The caller closes connection and activities, after this.
   *
   * @param lanes how many lanes, of export or import, it takes at one time
   * @param deployment which version this worker is
   * @param contexts the ones that the activities ask for their context
   * @throws TemporalUnavailableException when Temporal has no such namespace, refuses access, or
   *     cannot tell versions apart
   * @throws SettingsException when a run that waits for a worker cannot be read by this one
   */
  public static WorkerProcess start(
      TemporalConnection connection,
      String taskQueue,
      int lanes,
      Deployment deployment,
      List<Class<?>> workflows,
      List<Object> activities,
      StepContexts contexts) {
    List<String> unreadable =
        OpenRuns.unreadable(connection.client(), taskQueue, connection.payloadKeys());
    if (!unreadable.isEmpty()) {
      throw new SettingsException("payload keys", unreadable);
    }
    deployment.compare(connection, taskQueue);
    WorkerFactory factory =
        WorkerFactory.newInstance(
            connection.client(),
            WorkerFactoryOptions.newBuilder()
                .setWorkerInterceptors(contexts, new FailureInterceptor())
                .build());
    Worker worker = factory.newWorker(taskQueue, options(ACTIVITY_SLOTS, deployment));
    worker.registerWorkflowImplementationTypes(workflows.toArray(Class<?>[]::new));
    worker.registerActivitiesImplementations(activities.toArray());
    factory
        .newWorker(FreezeBackfill.queueOfLanes(taskQueue), options(lanes, deployment))
        .registerActivitiesImplementations(activities.toArray());
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
    connection
        .payloadKeys()
        .current()
        .ifPresent(key -> LOG.info("payloads are encrypted with {}", key));
    LOG.info(
        "listening on task queue {} at {}, for {} lanes at a time",
        taskQueue,
        connection.address(),
        lanes);
    return new WorkerProcess(factory, contexts);
  }

  private static WorkerOptions options(int slots, Deployment deployment) {
    WorkerOptions.Builder options =
        WorkerOptions.newBuilder()
            .setMaxConcurrentActivityExecutionSize(slots)
            .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
            .setDefaultHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
            .setAllowActivityHeartbeatDuringShutdown(true);
    deployment.configure(options);
    return options.build();
  }

  /**
   * Takes no more work, lets chunks that are at work be finished but no other begun, stops after 20
   * seconds what still works at its next progress, and interrupts what is left after another 10.
   * Whatever is cut off is done again by the next worker.
   */
  @Override
  public void close() {
    long told = System.nanoTime();
    contexts.stopAtBorders();
    factory.shutdown();
    if (!await(GRACE)) {
      LOG.info("steps are still at work after {} s and are cut off", GRACE.toSeconds());
      contexts.stopAll();
      if (!await(STOP)) {
        factory.shutdownNow();
        await(LAST);
      }
    }
    LOG.info(
        "stopped listening, {} ms after it was told to", (System.nanoTime() - told) / 1_000_000);
  }

  private boolean await(Duration time) {
    factory.awaitTermination(time.toMillis(), TimeUnit.MILLISECONDS);
    return factory.isTerminated();
  }
}
