package dev.overwinter.activities.postgres;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs long statements on a few threads while the step's own thread keeps telling that it is alive.
 * The first failure cancels the rest and is thrown once all threads have ended, so that no
 * statement outlives the step's attempt.
 */
public final class ParallelWork {
  private static final long TICK_SECONDS = 2;

  private final int threads;
  private final StepContext context;

  /**
   * @param threads how many pieces run at one time
   */
  public ParallelWork(int threads, StepContext context) {
    this.threads = threads;
    this.context = context;
  }

  /**
   * One piece of work; several run at one time.
   *
   * @param name what it works on, for the progress
   * @param work does it, its statements by way of what it is given
   */
  public record Task(String name, Consumer<RunningStatements> work) {}

  /** Runs all tasks, in about the order given, and returns when all are done. */
  public void run(String unit, List<Task> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    RunningStatements running = new RunningStatements();
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, tasks.size()));
    AutoCloseable onCancel = context.onCancel(running::cancelAll);
    boolean done = false;
    try {
      CompletionService<String> ended = new ExecutorCompletionService<>(pool);
      tasks.forEach(task -> ended.submit(() -> task.work().accept(running), task.name()));
      await(ended, unit, tasks.size());
      done = true;
    } finally {
      if (!done) {
        running.cancelAll();
        pool.shutdownNow();
      }
      pool.shutdown();
      close(onCancel);
      awaitEnd(pool);
    }
  }

  private void await(CompletionService<String> ended, String unit, int total) {
    String last = "";
    int done = 0;
    while (done < total) {
      context.progress(new Progress(done, total, unit, last));
      try {
        Future<String> future = ended.poll(TICK_SECONDS, TimeUnit.SECONDS);
        if (future != null) {
          last = future.get();
          done++;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StepException(
            FailureType.STEP_BUSY, "the step was interrupted; it will be tried again.");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new StepException(
            FailureType.INTERNAL, "a thread ended with " + e.getCause().getClass().getName());
      }
    }
    context.progress(new Progress(done, total, unit, last));
  }

  private static void close(AutoCloseable registration) {
    try {
      registration.close();
    } catch (Exception e) {
      throw new IllegalStateException("a cancellation hook did not close", e);
    }
  }

  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = false;
    while (true) {
      try {
        if (pool.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
