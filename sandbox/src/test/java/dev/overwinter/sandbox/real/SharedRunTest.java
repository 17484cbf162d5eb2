package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.app.UserKind;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.demo.Stage;
import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One worker process with so many lanes, and two with as many each, carry out the same run in turn.
 * The databases are far away, so that a lane waits for its messages most of the time and the
 * databases are not the limit; what is compared is how long the chunks took.
 */
@OnRealTemporal
@Timeout(900)
class SharedRunTest {
  private static final int ROUNDS = 2;
  private static final int LANES = 2;
  private static final long MESSAGE_MILLIS = 40;
  private static final double FASTER = 1.3;

  @TempDir private Path directory;

  @Test
  void two_processes_carry_rows_faster_than_one_where_the_databases_are_not_the_limit()
      throws Exception {
    List<SharedRun.Times> one = new ArrayList<>();
    List<SharedRun.Times> two = new ArrayList<>();
    try (Stage stage =
            Stage.set(
                directory,
                SandboxOptions.throwaway(),
                new SandboxSeed(UserKind.rotaLength(), 60_000, 7),
                StackAuthStandIn.start(),
                new RealTemporal());
        SlowLines lines = new SlowLines(MESSAGE_MILLIS)) {
      Map<String, String> variables =
          Map.of(
              "OVERWINTER_LANES", "" + LANES,
              "OVERWINTER_SOURCE_URL", lines.through(stage.source().jdbcUrl()),
              "OVERWINTER_TARGET_URL", lines.through(stage.target().jdbcUrl()));
      WorkerChild first = stage.anotherWorker("first", variables);
      WorkerChild second = stage.anotherWorker("second", variables);
      first.start();
      for (int round = 0; round < ROUNDS; round++) {
        one.add(new SharedRun(stage, lines, "one-" + round, request(), 1).carryOut());
        second.start();
        two.add(new SharedRun(stage, lines, "two-" + round, request(), 2).carryOut());
        second.stop();
      }
    }
    double exports = ratio(one, two, SharedRun.Times::export);
    double imports = ratio(one, two, SharedRun.Times::load);
    System.out.printf(
        "%d lanes in one process: %s; %d in each of two: %s; export %.2f, import %.2f times as fast%n",
        LANES, one, LANES, two, exports, imports);
    assertThat(exports).isGreaterThan(FASTER);
    assertThat(imports).isGreaterThan(FASTER);
  }

  private static double ratio(
      List<SharedRun.Times> one,
      List<SharedRun.Times> two,
      ToDoubleFunction<SharedRun.Times> seconds) {
    return one.stream().mapToDouble(seconds).sum() / two.stream().mapToDouble(seconds).sum();
  }

  private static ObjectNode request() {
    ObjectNode request = SandboxRequest.create();
    request.withObject("/copy").put("chunkBytes", 128 * 1024).put("lanes", 2 * LANES);
    return request;
  }
}
