package dev.overwinter.activities.users;

import dev.overwinter.activities.StepThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A bounded number of threads for requests, and one thread, the caller's, for everything else. Once
 * it is closed no request is in flight any more. Used by one thread.
 */
final class BoundedCalls implements AutoCloseable {
  private static final int LARGEST_BATCH = 50;

  private final ExecutorService threads;
  private final Runnable breakOff;

  /**
   * @param breakOff ends requests in flight at once
   */
  BoundedCalls(int parallel, Runnable breakOff) {
    this.threads = Executors.newFixedThreadPool(parallel, new StepThreads("requests"));
    this.breakOff = breakOff;
  }

  /**
   * Makes one call for each item. Results arrive in batches on the caller's thread. After a failure
   * no further call starts; results of those in flight still arrive before it is thrown.
   *
   * @param tick called first, and then at least every second on the caller's thread; what it throws
   *     ends the work
   */
  <T, R> void forEach(List<T> items, Function<T, R> call, Consumer<List<R>> sink, Runnable tick) {
    tick.run();
    CompletionService<Optional<R>> completion = new ExecutorCompletionService<>(threads);
    AtomicBoolean failed = new AtomicBoolean();
    for (T item : items) {
      completion.submit(() -> failed.get() ? Optional.empty() : Optional.of(call.apply(item)));
    }
    RuntimeException failure = null;
    int open = items.size();
    while (open > 0) {
      tick.run();
      List<R> batch = new ArrayList<>();
      Future<Optional<R>> next = poll(completion);
      while (next != null) {
        open--;
        try {
          next.get().ifPresent(batch::add);
        } catch (ExecutionException e) {
          failed.set(true);
          failure = failure == null ? unchecked(e) : failure;
        } catch (InterruptedException e) {
          throw StackAuthCalls.interrupted();
        }
        next = batch.size() < LARGEST_BATCH ? completion.poll() : null;
      }
      if (!batch.isEmpty()) {
        sink.accept(batch);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Makes one call and waits for it. */
  <R> R one(Supplier<R> call, Runnable tick) {
    List<R> result = new ArrayList<>();
    forEach(List.of(call), Supplier::get, result::addAll, tick);
    return result.get(0);
  }

  /** Breaks off what is in flight and waits until it has ended. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      breakOff.run();
      try {
        ended = threads.awaitTermination(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <R> Future<R> poll(CompletionService<R> completion) {
    try {
      return completion.poll(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw StackAuthCalls.interrupted();
    }
  }

  private static RuntimeException unchecked(ExecutionException e) {
    if (e.getCause() instanceof RuntimeException failure) {
      return failure;
    }
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e.getCause());
  }
}
