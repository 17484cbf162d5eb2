package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A terminal: one bar at the bottom for the step at work, lines above it. While open, whatever
 * others write to the standard error stream, log lines above all, is put above the bar line by line
 * instead of tearing it. Thread-safe.
 */
public final class BarConsole implements Console {
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int DRAW_MILLIS = 250;

  /** In less, the object's name would leave nothing of the bar. */
  private static final int WIDTH_FOR_DETAIL = 99;

  private final PrintStream out;
  private final PrintStream errorStream;
  private final int width;
  private final Paint paint;
  private ProgressBar bar;
  private String shown = "";
  private String drawn = "";
  private volatile Optional<Instant> expectedEnd = Optional.empty();

  /**
   * @param out the terminal
   */
  public BarConsole(PrintStream out) {
    this(out, Paint.ofThisTerminal(), new ConsoleProgressBarConsumer(out).getMaxRenderedLength());
  }

  BarConsole(PrintStream out, Paint paint, int width) {
    this.out = out;
    this.paint = paint;
    this.width = width;
    this.errorStream = System.err;
    System.setErr(new PrintStream(new LineStream(), true, StandardCharsets.UTF_8));
  }

  @Override
  public void line(String text) {
    line(Tone.PLAIN, text);
  }

  @Override
  public void line(Tone tone, String text) {
    print(LineBreaks.of(text, width).stream().map(line -> paint.on(tone, line)).toList());
  }

  @Override
  public void line(Tone tone, String beginning, String rest) {
    print(paint.beginning(tone, beginning, LineBreaks.of(beginning + rest, width)));
  }

  @Override
  public void command(String command) {
    print(LineBreaks.ofCommand("  " + command, width));
  }

  @Override
  public void begin(String beginning) {
    endProgress();
    draw(beginning.stripTrailing() + " …");
  }

  private synchronized void print(List<String> lines) {
    StringBuilder text = new StringBuilder(CLEAR_LINE);
    lines.forEach(line -> text.append(line).append(System.lineSeparator()));
    out.print(text.append(drawn));
    out.flush();
  }

  @Override
  public void progress(String title, Progress progress) {
    show(title, progress, false);
  }

  @Override
  public void progress(String title, Progress progress, Optional<Instant> end) {
    expectedEnd = end;
    show(title, progress, true);
  }

  private void show(String newTitle, Progress progress, boolean isForecast) {
    String kind = newTitle + " " + progress.unit();
    // Ended outside the lock, since ending waits for the bar's own thread, which takes it to draw.
    if (!isShown(kind)) {
      endProgress();
    }
    ProgressBar current;
    synchronized (this) {
      if (bar == null) {
        shown = kind;
        bar = newBar(newTitle, progress, isForecast);
      }
      current = bar;
    }
    // Outside the lock, which the bar's own thread takes when it draws.
    current.maxHint(progress.total() > 0 ? progress.total() : -1);
    current.stepTo(progress.done());
    boolean room = width >= WIDTH_FOR_DETAIL && progress.detail() != null;
    current.setExtraMessage(room ? " " + progress.detail() : "");
  }

  private synchronized boolean isShown(String kind) {
    return bar != null && shown.equals(kind);
  }

  private ProgressBar newBar(String name, Progress progress, boolean isForecast) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(progress.total() > 0 ? progress.total() : -1)
            .setUpdateIntervalMillis(DRAW_MILLIS)
            // Else a step that comes while the bar draws the one before is never drawn.
            .continuousUpdate()
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new Drawing())
            .setMaxRenderedLength(width);
    if (isForecast) {
      // The bar's own estimate knows of rows only, not of the indexes after them.
      builder.setEtaFunction(state -> expectedEnd.map(BarConsole::untilThen));
    }
    if (progress.unit() != null && !progress.unit().isBlank()) {
      builder.setUnit(" " + progress.unit(), 1);
    }
    return builder.build();
  }

  private static Duration untilThen(Instant end) {
    Duration left = Duration.between(Instant.now(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public void endProgress() {
    ProgressBar ended;
    synchronized (this) {
      ended = bar;
      bar = null;
    }
    if (ended != null) {
      ended.close();
    }
    draw("");
  }

  @Override
  public void close() {
    endProgress();
    System.setErr(errorStream);
  }

  private synchronized void draw(String text) {
    if (text.isEmpty() && drawn.isEmpty()) {
      return;
    }
    drawn = text;
    out.print(CLEAR_LINE + text);
    out.flush();
  }

  /** Where the bar draws itself. */
  private final class Drawing implements ProgressBarConsumer {
    private volatile boolean open = true;

    @Override
    public int getMaxRenderedLength() {
      return width;
    }

    @Override
    public void accept(String text) {
      if (open) {
        draw(text.length() > width ? text.substring(0, width) : text);
      }
    }

    @Override
    public void close() {
      open = false;
    }
  }

  /** Collects bytes to whole lines. */
  private final class LineStream extends OutputStream {
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int value) {
      if (value == '\n') {
        line(pending.toString(StandardCharsets.UTF_8));
        pending.reset();
      } else if (value != '\r') {
        pending.write(value);
      }
    }
  }
}
