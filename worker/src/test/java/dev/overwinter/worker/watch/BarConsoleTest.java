package dev.overwinter.worker.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.steps.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarConsoleTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void lines_and_log_lines_stand_above_the_bar_and_never_inside_it() throws InterruptedException {
    PrintStream errorStream = System.err;
    try (BarConsole console =
        new BarConsole(new PrintStream(written, true, StandardCharsets.UTF_8))) {
      console.progress("export", new Progress(1_000, 4_000, "rows", "public.units"));
      Thread.sleep(700);
      console.line("a line");
      System.err.println("a log line");
      console.progress("export", new Progress(2_000, 4_000, "rows", "public.units"));
      Thread.sleep(700);
    }

    List<String> shown = screen();
    assertThat(shown).contains("a line", "a log line");
    assertThat(written.toString(StandardCharsets.UTF_8))
        .contains("export", "25%", "50%", "public.units");
    assertThat(shown).noneMatch(line -> line.contains("export"));
    assertThat(System.err).isSameAs(errorStream);
  }

  /** What is left on a terminal: of each line, what follows its last clearing. */
  private List<String> screen() {
    return Arrays.stream(written.toString(StandardCharsets.UTF_8).split("\n", -1))
        .map(line -> line.substring(line.lastIndexOf("\u001b[K") + "\u001b[K".length()))
        .toList();
  }
}
