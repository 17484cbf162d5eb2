package dev.overwinter.activities;

import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.slf4j.MDC;

/**
 * Makes threads that log as the thread that made this: their lines name the same run and step.
 * Thread-safe.
 */
public final class StepThreads implements ThreadFactory {
  private final Map<String, String> logContext = MDC.getCopyOfContextMap();
  private final String name;

  /**
   * @param name what the threads do
   */
  public StepThreads(String name) {
    this.name = name;
  }

  @Override
  public Thread newThread(Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              if (logContext != null) {
                MDC.setContextMap(logContext);
              }
              work.run();
            },
            name);
    // A step's thread must not keep a process alive that is told to end.
    thread.setDaemon(true);
    return thread;
  }
}
