package dev.overwinter.workflows;

import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.LaneSummary;
import dev.overwinter.workflows.steps.StepInput;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Several lanes share a step's chunks; which lane takes which is decided in the ledger. */
final class ChunkLanes {
  private ChunkLanes() {}

  /**
   * Runs as many lanes as the request allows and the chunks need, and waits for all of them, so
   * that nothing is at work while the run is parked.
   *
   * @param what what they do, for their summaries
   * @param work one lane's, by its summary and its input
   * @throws TemporalFailure the first lane's that failed
   */
  static List<LaneSummary> run(
      StepInput input, int chunks, String what, BiFunction<String, LaneInput, LaneSummary> work) {
    int lanes = Math.max(1, Math.min(input.request().copy().lanes(), chunks));
    List<Promise<LaneSummary>> running = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      LaneInput laneInput = new LaneInput(input, lane);
      String summary = "%s, lane %d of %d".formatted(what, lane + 1, lanes);
      running.add(Async.function(() -> work.apply(summary, laneInput)));
    }
    List<LaneSummary> done = new ArrayList<>();
    TemporalFailure firstFailure = null;
    for (Promise<LaneSummary> lane : running) {
      try {
        done.add(lane.get());
      } catch (TemporalFailure failure) {
        firstFailure = firstFailure == null ? failure : firstFailure;
      }
    }
    if (firstFailure != null) {
      throw firstFailure;
    }
    return done;
  }
}
