package dev.overwinter.worker.command;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGTERM and SIGINT into an interrupt of the thread that opened this, and holds the process
 * until that thread has closed it, so that everything opened after it is closed in order.
 */
public final class StopOnSignal implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook;

  public StopOnSignal() {
    Thread opener = Thread.currentThread();
    hook = new Thread(() -> stop(opener), "stop on signal");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void stop(Thread opener) {
    opener.interrupt();
    try {
      finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    finished.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is stopping already, which is what the hook was for.
      return;
    }
  }
}
