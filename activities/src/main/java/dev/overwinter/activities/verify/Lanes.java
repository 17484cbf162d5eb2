package dev.overwinter.activities.verify;

import dev.overwinter.activities.StepContext;
import dev.overwinter.workflows.steps.Progress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs tasks on a bounded number of threads while the caller's thread keeps the step's heartbeat.
 * The first failure ends all, and so does the step's cancellation: statements that run are
 * cancelled in the server, tasks that wait are not begun.
 */
final class Lanes {
  private static final long SECONDS_BETWEEN_HEARTBEATS = 3;

  private final StepContext context;
  private final Set<Runnable> cancellations = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  private Lanes(StepContext context) {
    this.context = context;
  }

  /** Runs all tasks and returns when the last is done. */
  static void run(int lanes, List<Task> tasks, StepContext context) {
    new Lanes(context).run(lanes, tasks);
  }

  private void run(int lanes, List<Task> tasks) {
    ExecutorService threads = Executors.newFixedThreadPool(lanes);
    AtomicReference<String> latest = new AtomicReference<>("");
    AutoCloseable registration = context.onCancel(this::stop);
    try {
      ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(threads);
      for (Task task : tasks) {
        running.submit(
            () -> {
              if (!stopped) {
                latest.set(task.name());
                task.work().run(new LaneContext());
              }
              return null;
            });
      }
      awaitAll(running, tasks.size(), latest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the verification was interrupted", e);
    } finally {
      stop();
      threads.shutdownNow();
      close(registration);
    }
  }

  private void awaitAll(
      ExecutorCompletionService<Void> running, int total, AtomicReference<String> latest)
      throws InterruptedException {
    int done = 0;
    while (done < total) {
      context.progress(new Progress(done, total, "parts", latest.get()));
      Future<Void> next = running.poll(SECONDS_BETWEEN_HEARTBEATS, TimeUnit.SECONDS);
      if (next != null) {
        done++;
        get(next);
      }
    }
    context.progress(new Progress(done, total, "parts", latest.get()));
  }

  private static void get(Future<Void> done) throws InterruptedException {
    try {
      done.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void stop() {
    stopped = true;
    List.copyOf(cancellations).forEach(Runnable::run);
  }

  private static void close(AutoCloseable registration) {
    try {
      registration.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Something to run.
   *
   * @param name what is worked on, for the heartbeat
   * @param work the work
   */
  record Task(String name, Work work) {}

  /** Work of one lane. */
  @FunctionalInterface
  interface Work {
    /** Works; statements are to be run under the lane's context. */
    void run(StepContext lane);
  }

  /** The heartbeat is the caller's thread's; cancelling is everybody's. */
  private final class LaneContext implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      cancellations.add(action);
      if (stopped) {
        action.run();
      }
      return () -> cancellations.remove(action);
    }
  }
}
