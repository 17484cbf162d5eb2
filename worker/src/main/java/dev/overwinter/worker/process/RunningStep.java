package dev.overwinter.worker.process;

import com.google.protobuf.ByteString;
import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.StepThreads;
import dev.overwinter.worker.operations.Meters;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.client.WorkflowClient;
import io.temporal.common.CancellationToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of one activity. A thread of its own sends the newest progress to Temporal every
 * second: a step that blocks in a database call still heartbeats, and a Temporal that is out of
 * reach never blocks a step. Thread-safe.
 */
final class RunningStep implements StepContext, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningStep.class);
  private static final long BEAT_MILLIS = 1_000;
  private static final long ANSWER_SECONDS = 10;

  private final ActivityExecutionContext context;
  private final Meters meters;
  private final ThreadFactory cancellations = new StepThreads("cancellation");
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Runnable> cancelActions = new ArrayList<>();
  private final CancellationToken.Registration cancellation;
  private final BooleanSupplier stopping;
  private volatile Progress latest;
  private volatile Long leaseEnd;
  private volatile ActivityCompletionException end;

  /**
   * @param meters count what it does
   * @param stopping whether the process is to stop
   */
  RunningStep(ActivityExecutionContext context, Meters meters, BooleanSupplier stopping) {
    this.context = context;
    this.meters = meters;
    this.stopping = stopping;
    this.cancellation =
        context
            .getCancellationToken()
            .onCancel(() -> end(new ActivityCanceledException(context.getInfo())));
    new StepThreads("heartbeat of " + context.getInfo().getActivityType())
        .newThread(this::beat)
        .start();
  }

  @Override
  public void progress(Progress progress) {
    latest = progress;
    ActivityCompletionException ended = end;
    if (ended != null) {
      throw ended;
    }
  }

  @Override
  public void border() {
    if (stopping.getAsBoolean()) {
      throw new ActivityWorkerShutdownException(context.getInfo());
    }
  }

  /** Not by way of the SDK's heartbeat, which tells what it learnt some seconds ago. */
  @Override
  public void confirm() {
    WorkflowClient client = context.getWorkflowClient();
    RecordActivityTaskHeartbeatRequest.Builder question =
        RecordActivityTaskHeartbeatRequest.newBuilder()
            .setNamespace(context.getInfo().getNamespace())
            .setIdentity(client.getOptions().getIdentity())
            .setTaskToken(ByteString.copyFrom(context.getTaskToken()));
    Progress told = latest;
    client.getOptions().getDataConverter().toPayloads(told).ifPresent(question::setDetails);
    try {
      boolean cancelled =
          client
              .getWorkflowServiceStubs()
              .blockingStub()
              .withWaitForReady()
              .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
              .recordActivityTaskHeartbeat(question.build())
              .getCancelRequested();
      if (cancelled) {
        end(new ActivityCanceledException(context.getInfo()));
      }
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw new StepException(
            FailureType.TEMPORAL_UNAVAILABLE,
            "Temporal did not say whether this step is still wanted (%s). It will be tried again."
                .formatted(e.getStatus().getCode()));
      }
      end(new ActivityNotExistsException(context.getInfo(), e));
    }
    progress(told);
  }

  @Override
  public AutoCloseable onCancel(Runnable action) {
    synchronized (cancelActions) {
      if (end == null) {
        cancelActions.add(action);
        return () -> {
          synchronized (cancelActions) {
            cancelActions.remove(action);
          }
        };
      }
    }
    cancellations.newThread(() -> run(action)).start();
    return () -> {};
  }

  @Override
  public void count(Measure measure, long amount) {
    meters.count(measure, amount);
  }

  @Override
  public void leaseRenewed(Duration length) {
    leaseEnd = System.nanoTime() + length.toNanos();
    meters.leaseRenewed();
  }

  /** How long the lease that this step holds lasts, negative once it is over; empty without one. */
  Optional<Duration> leaseLeft() {
    Long until = leaseEnd;
    return until == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(until - System.nanoTime()));
  }

  /** Why the attempt is over, or null while it is not. */
  ActivityCompletionException end() {
    return end;
  }

  /** Ends the attempt because the process stops; another attempt goes on with the work. */
  void stopForShutdown() {
    end(new ActivityWorkerShutdownException(context.getInfo()));
  }

  @Override
  public void close() {
    closed.countDown();
    cancellation.close();
  }

  private void beat() {
    try {
      while (end == null && !closed.await(BEAT_MILLIS, TimeUnit.MILLISECONDS)) {
        sendHeartbeat();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendHeartbeat() {
    try {
      context.heartbeat(latest);
    } catch (ActivityCompletionException e) {
      end(e);
    } catch (RuntimeException e) {
      LOG.debug("heartbeat not delivered: {}", e.getClass().getName());
    }
  }

  private void end(ActivityCompletionException reason) {
    List<Runnable> actions;
    synchronized (cancelActions) {
      if (end != null || closed.getCount() == 0) {
        return;
      }
      end = reason;
      actions = List.copyOf(cancelActions);
      cancelActions.clear();
    }
    // Not on this thread: cancelling a statement opens a connection, which may take long.
    actions.forEach(action -> cancellations.newThread(() -> run(action)).start());
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.warn("could not cancel what a step was doing: {}", e.getClass().getName());
    }
  }
}
