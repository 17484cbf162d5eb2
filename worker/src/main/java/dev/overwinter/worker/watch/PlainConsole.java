package dev.overwinter.worker.watch;

import dev.overwinter.workflows.steps.Progress;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Lines with the time of day, for logs and pipes. Progress is written every ten seconds. Not
 * thread-safe.
 */
public final class PlainConsole implements Console {
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream out;
  private final Clock clock;
  private Instant lastProgress = Instant.MIN;
  private String lastTitle = "";

  public PlainConsole(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public void line(String text) {
    String time = LocalTime.ofInstant(clock.instant(), ZoneId.systemDefault()).format(TIME);
    out.println(text.isEmpty() ? "" : time + "  " + text);
    out.flush();
  }

  @Override
  public void progress(String title, Progress progress, Optional<Instant> end) {
    Instant now = clock.instant();
    if (!title.equals(lastTitle)) {
      // A short step needs no line of progress besides those of its beginning and end.
      lastTitle = title;
      lastProgress = now;
    } else if (!now.isBefore(lastProgress.plus(PROGRESS_INTERVAL))) {
      lastProgress = now;
      String ends =
          end.map(it -> ", should end at " + TIME.format(it.atZone(ZoneId.systemDefault())))
              .orElse("");
      line("%s: %s%s".formatted(title, ProgressText.of(progress), ends));
    }
  }

  @Override
  public void endProgress() {
    lastTitle = "";
  }
}
