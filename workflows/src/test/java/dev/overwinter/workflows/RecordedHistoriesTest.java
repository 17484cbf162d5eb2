package dev.overwinter.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.testing.WorkflowReplayer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs of the past, replayed with today's workflow, in a folder for each shape that the workflow
 * has had, see {@link Shape}. A failure here means that a run which is under way would hang after
 * an update of its worker: put the change behind a new shape.
 */
final class RecordedHistoriesTest {
  static List<Path> histories() throws Exception {
    try (Stream<Path> files = Files.walk(directory())) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static Path directory() throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(RecordedHistoriesTest.class.getResource("/histories")).toURI());
  }

  @ParameterizedTest
  @MethodSource("histories")
  void a_recorded_run_replays(Path history) throws Exception {
    WorkflowReplayer.replayWorkflowExecution(
        history.toFile(), FreezeBackfillWorkflow.class, BackfillLaterWorkflow.class);
  }

  @Test
  void every_way_a_run_can_go_is_recorded() throws Exception {
    assertThat(histories())
        .extracting(file -> directory().relativize(file).toString())
        .contains(
            "as-first-built/live.json",
            "as-first-built/live-after-crashes.json",
            "as-first-built/rolled-back-during-import.json",
            "as-first-built/cancelled.json",
            "watched/live.json",
            "watched/live-after-crashes.json",
            "watched/rolled-back-during-import.json",
            "watched/cancelled.json",
            "restrained/live.json",
            "restrained/live-after-crashes.json",
            "restrained/rolled-back-during-import.json",
            "restrained/cancelled.json",
            "foreseeing/live.json",
            "foreseeing/live-after-crashes.json",
            "foreseeing/rolled-back-during-import.json",
            "foreseeing/cancelled.json",
            "later/carried-after-a-crash.json",
            "later/rolled-back-during-load.json",
            "later/refused.json",
            "shared/live.json",
            "shared/live-after-crashes.json",
            "shared/rolled-back-during-import.json",
            "shared/cancelled.json");
  }

  @Test
  void all_executions_of_a_run_that_continued_as_new_are_recorded() throws Exception {
    assertThat(histories())
        .extracting(file -> directory().relativize(file).toString())
        .contains(
            "watched/live-continued-1.json",
            "watched/live-continued-2.json",
            "watched/live-continued-3.json",
            "restrained/live-continued-1.json",
            "restrained/live-continued-2.json",
            "restrained/live-continued-3.json",
            "foreseeing/live-continued-1.json",
            "foreseeing/live-continued-2.json",
            "foreseeing/live-continued-3.json",
            "shared/live-continued-1.json",
            "shared/live-continued-2.json",
            "shared/live-continued-3.json");
  }
}
