package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.worker.process.Deployment;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.settings.TemporalSettings;
import dev.overwinter.worker.settings.Versioning;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class VersionsTest {
  @TempDir Path directory;

  @Test
  void a_worker_with_a_version_ends_with_a_reason_where_temporal_has_none() throws Exception {
    Deployment deployment = Deployment.of(pinned("1"), "unused");
    try (LocalTemporal.Service service = new EmbeddedTemporal().start(directory);
        TemporalConnection connection = TemporalConnection.open(service, PayloadKeys.none())) {
      assertThatThrownBy(
              () ->
                  WorkerProcess.start(
                      connection,
                      "overwinter",
                      1,
                      deployment,
                      List.of(),
                      List.of(),
                      new StepContexts()))
          .isInstanceOf(TemporalUnavailableException.class)
          .hasMessageContaining("cannot tell versions of workers apart")
          .hasMessageContaining("OVERWINTER_VERSIONING");
    }
  }

  @Test
  void a_program_that_knows_no_version_of_itself_asks_for_a_build_id() {
    assertThatThrownBy(() -> Deployment.of(pinned(null), "(not packaged)"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("OVERWINTER_BUILD_ID");
  }

  private static TemporalSettings pinned(String buildId) {
    return new TemporalSettings(
        "overwinter", null, null, PayloadKeys.none(), Versioning.PINNED, buildId);
  }
}
