package dev.overwinter.worker.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.steps.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BarConsoleTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void lines_and_log_lines_stand_above_the_bar_and_never_inside_it() throws InterruptedException {
    PrintStream errorStream = System.err;
    try (BarConsole console = console(100, Paint.none())) {
      console.progress("export", new Progress(1_000, 4_000, "rows", "public.units"));
      awaitText("25%", "public.units");
      console.line("a line");
      System.err.println("a log line");
      console.progress("export", new Progress(2_000, 4_000, "rows", "public.units"));
      awaitText("50%");
    }

    List<String> shown = screen();
    assertThat(shown).contains("a line", "a log line");
    assertThat(shown).noneMatch(line -> line.contains("export"));
    assertThat(System.err).isSameAs(errorStream);
  }

  @Test
  void a_narrow_terminal_gets_the_bar_without_the_object() throws InterruptedException {
    try (BarConsole console = console(79, Paint.none())) {
      console.progress("export", new Progress(1_000, 4_000, "rows", "public.units"));
      awaitText("25%");
    }

    assertThat(text()).contains("export  25% [====").doesNotContain("public.units");
  }

  @Test
  void a_bar_counts_in_the_unit_of_what_it_shows() throws InterruptedException {
    try (BarConsole console = console(100, Paint.none())) {
      console.progress("import", new Progress(4_000, 4_000, "rows", ""));
      awaitText("4000/4000 rows");
      console.progress("import", new Progress(3, 9, "indexes", ""));
      awaitText("3/9 indexes");
    }

    assertThat(text()).doesNotContain("3/9 rows");
  }

  @Test
  void what_is_left_is_told_by_the_forecast_and_by_nothing_else() throws InterruptedException {
    Progress half = new Progress(2_000, 4_000, "rows", "");
    try (BarConsole console = console(100, Paint.none())) {
      console.progress("export", half, Optional.empty());
      awaitText("/ ?)");
      console.progress("export", half, Optional.of(Instant.now().plusSeconds(7_230)));
      awaitText("/ 2:00:");
    }
  }

  @Test
  void long_lines_break_below_their_column_and_commands_stay_pasteable() {
    try (BarConsole console = console(60, Paint.none())) {
      console.line("freeze        done in 0.7 s. 31 tables refuse writes; proven as 4 roles");
      console.command("temporal workflow update execute --workflow-id friday --name rollback");
    }

    assertThat(screen())
        .contains("freeze        done in 0.7 s. 31 tables refuse writes; proven")
        .contains("              as 4 roles")
        .contains("  temporal workflow update execute --workflow-id friday \\")
        .contains("    --name rollback");
  }

  @Test
  void only_a_terminal_that_wants_colours_gets_them() {
    Paint colours = Paint.of(true, Map.of());
    assertThat(colours.on(Tone.BAD, "no")).isEqualTo("\u001b[1;31mno\u001b[0m");
    assertThat(Paint.of(true, Map.of("NO_COLOR", "1")).on(Tone.BAD, "no")).isEqualTo("no");
    assertThat(Paint.of(false, Map.of()).on(Tone.BAD, "no")).isEqualTo("no");

    try (BarConsole console = console(80, colours)) {
      console.line(Tone.ATTENTION, "WARNING ", "  public.units: has no key");
    }

    assertThat(text()).contains("\u001b[33mWARNING \u001b[0m  public.units: has no key");
  }

  private BarConsole console(int width, Paint paint) {
    return new BarConsole(new PrintStream(written, true, StandardCharsets.UTF_8), paint, width);
  }

  /** The bar draws in its own time, which a busy machine stretches. */
  private void awaitText(String... parts) throws InterruptedException {
    Instant tooLate = Instant.now().plusSeconds(30);
    while (!Arrays.stream(parts).allMatch(text()::contains)) {
      assertThat(Instant.now()).as("drawn so far: %s", text()).isBefore(tooLate);
      Thread.sleep(20);
    }
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  /** What is left on a terminal: of each line, what follows its last clearing. */
  private List<String> screen() {
    return Arrays.stream(text().split("\n", -1))
        .map(line -> line.replaceAll("(?s).*\u001b\\[K", ""))
        .toList();
  }
}
