package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import java.time.Clock;

/** Where a person reads how a run goes. A boundary: a terminal with bars, or plain lines. */
public interface Console extends AutoCloseable {
  /** Writes a whole line. */
  void line(String text);

  /** Shows how far a step is, in place of what was shown before. */
  void progress(String title, Progress progress);

  /** Ends showing progress; what was shown may stay or go. */
  void endProgress();

  @Override
  default void close() {
    endProgress();
  }

  /** Whether a person sits at this process's terminal. */
  static boolean isTerminal() {
    return System.console() != null && !"dumb".equals(System.getenv("TERM"));
  }

  /** Bars on a terminal, plain lines elsewhere, on the standard output. */
  static Console open() {
    return isTerminal()
        ? new BarConsole(System.out)
        : new PlainConsole(System.out, Clock.systemUTC());
  }
}
