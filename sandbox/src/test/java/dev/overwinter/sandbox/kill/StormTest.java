package dev.overwinter.sandbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.temporal.EmbeddedTemporal;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Connections are cut and servers restarted under a run, on both sides; the worker stays. */
@Tag("long")
@ExtendWith(NoSecondChance.class)
@Timeout(600)
class StormTest {
  @TempDir Path directory;

  @Test
  void cut_connections_and_restarts_of_either_server_lose_no_row_and_double_none()
      throws Exception {
    try (Night night = Night.prepare(directory, new EmbeddedTemporal())) {
      List<Storm.Landing> landings;
      long worker;
      try (Storm storm = new Storm(night.stage)) {
        storm.begin();
        night.begin(inSmallChunks());
        worker = night.stage.worker().pid();
        night.approve();
        landings = storm.landings();
      }
      RunStatus end = night.result();

      System.out.println("landed: " + landings);
      assertThat(end.state()).isEqualTo(RunState.LIVE);
      assertThat(night.stage.worker().pid()).isEqualTo(worker);
      assertThat(landings)
          .filteredOn(Storm.Landing::exporting)
          .extracting(Storm.Landing::blow)
          .containsExactly(Storm.Blow.values());
      assertThat(landings)
          .filteredOn(landing -> !landing.exporting())
          .extracting(Storm.Landing::blow)
          .containsExactly(Storm.Blow.values());
      night.traffic.stop();
      Expect.everyRowOnTheTarget(night.stage);
      assertThat(Proof.of(night.stage, night.traffic).missing()).isEmpty();
      Expect.oneAccountPerUser(night.stage);
      Expect.onlyTheSourceIsGuarded(night.stage);
    }
  }

  private static ObjectNode inSmallChunks() {
    ObjectNode request = Night.request();
    request.withObject("/copy").put("chunkBytes", 64 * 1024);
    return request;
  }
}
