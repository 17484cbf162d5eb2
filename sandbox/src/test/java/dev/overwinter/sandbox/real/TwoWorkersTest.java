package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.demo.CrashPlan;
import dev.overwinter.sandbox.demo.CrashPoint;
import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two worker processes share one run. */
@OnRealTemporal
@Timeout(600)
class TwoWorkersTest {
  @TempDir Path directory;

  @Test
  void two_workers_share_the_chunks_and_each_is_copied_once() throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal())) {
      Copies copies = Copies.watch(night.stage);
      WorkerChild second = night.stage.anotherWorker("second");
      second.start();
      night.begin();
      night.approve();

      endsLive(night);
      assertThat(Activities.workers(night))
          .anyMatch(identity -> identity.startsWith(night.stage.worker().pid() + "@"))
          .anyMatch(identity -> identity.startsWith(second.pid() + "@"));
      eachChunkIsCopiedOnce(night, copies);
    }
  }

  @Test
  void when_one_is_killed_in_mid_import_the_other_finishes_and_begins_only_its_chunks_again()
      throws Exception {
    int lanes = 2;
    try (Night night =
        Night.prepare(directory, new RealTemporal(), Map.of("OVERWINTER_LANES", "" + lanes))) {
      Copies copies = Copies.watch(night.stage);
      WorkerChild second = night.stage.anotherWorker("second");
      second.start();
      Workers workers = new Workers(night, second);
      CrashPlan.Blow killForGood =
          new CrashPlan.Blow() {
            @Override
            public void strike() throws Exception {
              workers.atWorkOn("ImportChunks").kill();
            }

            @Override
            public void mend() {}
          };
      try (CrashPlan crashes =
          CrashPlan.start(
              night.stage.target(), List.of(CrashPoint.IMPORT), killForGood, told -> {})) {
        night.begin(inSmallChunks());
        night.approve();

        endsLive(night);
        assertThat(crashes.landings()).hasSize(1);
        assertThat(night.stage.worker().isAlive()).isNotEqualTo(second.isAlive());
        assertThat(Activities.retried(night)).contains("ImportChunks");
        assertThat(copies.imports().size() - Copies.planned(night.stage)).isBetween(0, lanes);
      }
    }
  }

  @Test
  void a_worker_that_is_told_to_stop_finishes_its_chunks_and_the_other_goes_on() throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal())) {
      Copies copies = Copies.watch(night.stage);
      WorkerChild second = night.stage.anotherWorker("second");
      second.start();
      Workers workers = new Workers(night, second);
      StopAndStart stops = new StopAndStart(workers);
      try (CrashPlan crashes =
          CrashPlan.start(
              night.stage.target(),
              List.of(CrashPoint.EXPORT, CrashPoint.IMPORT),
              stops,
              told -> {})) {
        night.begin(inSmallChunks());
        night.approve();

        endsLive(night);
        assertThat(crashes.landings()).hasSize(2);
      }
      assertThat(stops.took)
          .hasSize(2)
          .allSatisfy(took -> assertThat(took).isLessThan(Duration.ofSeconds(45)));
      assertThat(Activities.retried(night)).contains("ExportChunks", "ImportChunks");
      eachChunkIsCopiedOnce(night, copies);
    }
  }

  /** So that a step lasts long enough to be met in the middle. */
  private static ObjectNode inSmallChunks() {
    ObjectNode request = Night.request();
    request.withObject("/copy").put("chunkBytes", 64 * 1024);
    return request;
  }

  private static void endsLive(Night night) throws Exception {
    RunStatus end = night.result();
    assertThat(end.state()).isEqualTo(RunState.LIVE);
    night.traffic.stop();
    Expect.everyRowOnTheTarget(night.stage);
    Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
    Expect.oneAccountPerUser(night.stage);
    Expect.onlyTheSourceIsGuarded(night.stage);
  }

  private static void eachChunkIsCopiedOnce(Night night, Copies copies) throws Exception {
    int planned = Copies.planned(night.stage);
    assertThat(copies.exports()).doesNotHaveDuplicates().hasSize(planned);
    assertThat(copies.imports()).hasSize(planned);
  }

  private record Workers(Night night, WorkerChild second) {
    /** The one that has more of these in its hands. */
    WorkerChild atWorkOn(String activity) {
      WorkerChild first = night.stage.worker();
      long ofFirst = Activities.inHandsOf(first, night, activity);
      return ofFirst > Activities.inHandsOf(second, night, activity) ? first : second;
    }
  }

  /** Stops the worker that is at work with a SIGTERM, and starts it again. */
  private static final class StopAndStart implements CrashPlan.Blow {
    private final Workers workers;
    private final List<Duration> took = new CopyOnWriteArrayList<>();
    private WorkerChild stopped;

    private StopAndStart(Workers workers) {
      this.workers = workers;
    }

    @Override
    public void strike() {
      stopped = workers.atWorkOn(took.isEmpty() ? "ExportChunks" : "ImportChunks");
      long told = System.nanoTime();
      stopped.stop();
      took.add(Duration.ofNanos(System.nanoTime() - told));
    }

    @Override
    public void mend() {
      stopped.start();
    }
  }
}
