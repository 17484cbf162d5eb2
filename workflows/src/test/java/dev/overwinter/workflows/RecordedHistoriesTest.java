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
 * Runs of the past, replayed with today's workflow. A failure here means that a run which is under
 * way would hang after an update of its worker: put the change behind Workflow.getVersion.
 */
final class RecordedHistoriesTest {
  static List<Path> histories() throws Exception {
    try (Stream<Path> files = Files.list(directory())) {
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
    WorkflowReplayer.replayWorkflowExecution(history.toFile(), FreezeBackfillWorkflow.class);
  }

  @Test
  void every_way_a_run_can_go_is_recorded() throws Exception {
    assertThat(histories())
        .extracting(file -> file.getFileName().toString())
        .contains(
            "live.json",
            "live-after-crashes.json",
            "rolled-back-during-import.json",
            "cancelled.json");
  }
}
