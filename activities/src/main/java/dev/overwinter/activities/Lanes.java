package dev.overwinter.activities;

import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
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
 * cancelled in the server, tasks that wait are not begun. Either way it returns once all threads
 * have ended, so that no statement outlives the step's attempt. When the process is to stop, tasks
 * that run are let finish and no other is begun.
 */
public final class Lanes {
  private static final long SECONDS_BETWEEN_HEARTBEATS = 3;

  private final StepContext context;
  private final String unit;
  private final Set<Runnable> cancellations = ConcurrentHashMap.newKeySet();
  private final AtomicReference<RuntimeException> border = new AtomicReference<>();
  private volatile boolean stopped;

  private Lanes(String unit, StepContext context) {
    this.unit = unit;
    this.context = context;
  }

  /**
   * Runs all tasks, begun in the order given, and returns when the last is done.
   *
   * @param unit what the tasks are, for the heartbeat, such as "tables"
   * @throws java.util.concurrent.CancellationException when the step was cancelled before all ran
   * @throws RuntimeException a task's, as it came; the others were stopped
   */
  public static void run(int lanes, String unit, List<Task> tasks, StepContext context) {
    if (!tasks.isEmpty()) {
      new Lanes(unit, context).run(Math.min(lanes, tasks.size()), tasks);
    }
  }

  private void run(int lanes, List<Task> tasks) {
    ExecutorService threads = Executors.newFixedThreadPool(lanes, new StepThreads(unit));
    AtomicReference<String> latest = new AtomicReference<>("");
    AutoCloseable registration = context.onCancel(this::stop);
    try {
      ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(threads);
      for (Task task : tasks) {
        running.submit(
            () -> {
              if (stopped) {
                // Must not count as done: what it would have found would be missing silently.
                throw new CancellationException("the step was cancelled");
              }
              if (isAtBorder()) {
                return null;
              }
              latest.set(task.name());
              task.work().run(new LaneContext());
              return null;
            });
      }
      awaitAll(running, tasks.size(), latest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StepException(
          FailureType.STEP_BUSY, "The step was interrupted; it will be tried again.");
    } finally {
      stop();
      threads.shutdownNow();
      close(registration);
      awaitEnd(threads);
    }
  }

  private void awaitAll(
      ExecutorCompletionService<Void> running, int total, AtomicReference<String> latest)
      throws InterruptedException {
    int done = 0;
    while (done < total) {
      context.progress(new Progress(done, total, unit, latest.get()));
      Future<Void> next = running.poll(SECONDS_BETWEEN_HEARTBEATS, TimeUnit.SECONDS);
      if (next != null) {
        done++;
        get(next);
      }
    }
    if (border.get() != null) {
      throw border.get();
    }
    context.progress(new Progress(done, total, unit, latest.get()));
  }

  private boolean isAtBorder() {
    try {
      context.border();
    } catch (RuntimeException stop) {
      // Thrown once those that run have finished: thrown here it would end them.
      border.set(stop);
    }
    return border.get() != null;
  }

  private static void get(Future<Void> done) throws InterruptedException {
    try {
      done.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new StepException(
          FailureType.INTERNAL, "a thread ended with " + e.getCause().getClass().getName());
    }
  }

  private void stop() {
    stopped = true;
    List.copyOf(cancellations).forEach(Runnable::run);
  }

  private static void awaitEnd(ExecutorService threads) {
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
  public record Task(String name, Work work) {}

  /** Work of one lane. */
  @FunctionalInterface
  public interface Work {
    /** Works; statements are to be run under the lane's context. */
    void run(StepContext lane);
  }

  /** Runs one task on a thread of its own and gives what it found. */
  public static <T> T call(String name, Call<T> work, StepContext context) {
    AtomicReference<T> result = new AtomicReference<>();
    run(1, "parts", List.of(new Task(name, lane -> result.set(work.run(lane)))), context);
    return result.get();
  }

  /** Work that finds something. */
  @FunctionalInterface
  public interface Call<T> {
    /** Works; statements are to be run under the lane's context. */
    T run(StepContext lane);
  }

  /** The heartbeat is the caller's thread's; cancelling is everybody's. */
  private final class LaneContext implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public void count(Measure measure, long amount) {
      context.count(measure, amount);
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      cancellations.add(action);
      if (stopped) {
        cancellations.remove(action);
        throw new CancellationException("the step was cancelled");
      }
      return () -> cancellations.remove(action);
    }
  }
}
