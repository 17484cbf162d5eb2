package dev.overwinter.worker.process;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.steps.Progress;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.common.CancellationToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

  private final ActivityExecutionContext context;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Runnable> cancelActions = new ArrayList<>();
  private final CancellationToken.Registration cancellation;
  private volatile Progress latest;
  private volatile ActivityCompletionException end;

  RunningStep(ActivityExecutionContext context) {
    this.context = context;
    this.cancellation =
        context
            .getCancellationToken()
            .onCancel(() -> end(new ActivityCanceledException(context.getInfo())));
    startDaemon("heartbeat of " + context.getInfo().getActivityType(), this::beat);
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
    startDaemon("cancellation", () -> run(action));
    return () -> {};
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
    actions.forEach(action -> startDaemon("cancellation", () -> run(action)));
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.warn("could not cancel what a step was doing: {}", e.getClass().getName());
    }
  }

  private static void startDaemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
