package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;

/** Where a person reads how a run goes. A boundary: a terminal with bars, or plain lines. */
public interface Console extends AutoCloseable {
  /** Writes a whole line. */
  void line(String text);

  /** Writes a whole line that is more than its words. */
  default void line(Tone tone, String text) {
    line(text);
  }

  /** Writes a whole line of which the beginning is more than its words. */
  default void line(Tone tone, String beginning, String rest) {
    line(beginning + rest);
  }

  /** Writes a command to be copied into a shell. */
  default void command(String command) {
    line("  " + command);
  }

  /** Tells that something begins which may show its progress later. */
  default void begin(String title) {
    line(title + "  …");
  }

  /**
   * Shows how far something is of which nobody has a forecast, in place of what was shown before.
   */
  default void progress(String title, Progress progress) {
    progress(title, progress, Optional.empty());
  }

  /**
   * Shows how far a step is, in place of what was shown before.
   *
   * @param end when it should end, or empty when that cannot be said
   */
  void progress(String title, Progress progress, Optional<Instant> end);

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

  /** How many characters this process's terminal has in a line; 100 where there is none. */
  static int width() {
    return isTerminal() ? new ConsoleProgressBarConsumer(System.out).getMaxRenderedLength() : 100;
  }

  /** Bars on a terminal, plain lines elsewhere, on the standard output. */
  static Console open() {
    return isTerminal()
        ? new BarConsole(System.out)
        : new PlainConsole(System.out, Clock.systemUTC());
  }
}
