package dev.overwinter.sandbox.kill;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.wiring.Wiring;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What a worker does to carry rows over, with the activities of the worker, without Temporal. */
enum CopyDeed {
  EXPORT {
    @Override
    void attempt(CopyActivities copy, LaneInput input) {
      copy.exportChunks(input);
    }
  },
  COMPLETE_ARCHIVE {
    @Override
    void attempt(CopyActivities copy, LaneInput input) {
      copy.completeArchive(input.step());
    }
  },
  PUT_ASIDE {
    @Override
    void attempt(CopyActivities copy, LaneInput input) {
      copy.putAside(input.step());
    }
  },
  IMPORT {
    @Override
    void attempt(CopyActivities copy, LaneInput input) {
      copy.importChunks(input);
    }
  },
  COMPLETE_LOAD {
    @Override
    void attempt(CopyActivities copy, LaneInput input) {
      copy.completeLoad(input.step());
    }
  };

  /** Chunks that one process has in its hands at one time. */
  static final int LANES = 2;

  /**
   * Names of runs end so that keep no archive: rows go straight from the source into the target.
   */
  static final String STRAIGHT = "-straight";

  private static final long CHUNK_BYTES = 64 * 1024;

  /** Nobody follows, nobody cancels. */
  private static final StepContext QUIET =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };

  /** Once. */
  abstract void attempt(CopyActivities copy, LaneInput input);

  /** Whether several processes share the work, each of them in several lanes. */
  boolean isShared() {
    return this == EXPORT || this == IMPORT;
  }

  /** Whether a run that keeps no archive has anything to do there. */
  boolean isOfEveryRun() {
    return this != EXPORT && this != COMPLETE_ARCHIVE;
  }

  /** Whether it does the same again when it is asked again, rather than find it done. */
  boolean isRepeatable() {
    return this == COMPLETE_ARCHIVE;
  }

  private void perform(CopyActivities copy, StepInput input) {
    List<CompletableFuture<Void>> lanes = new ArrayList<>();
    for (int lane = 0; lane < (isShared() ? LANES : 1); lane++) {
      LaneInput laneInput = new LaneInput(input, lane);
      lanes.add(CompletableFuture.runAsync(() -> untilDone(copy, laneInput), CopyDeed::begin));
    }
    lanes.forEach(CompletableFuture::join);
  }

  private static void begin(Runnable work) {
    new Thread(work, "lane").start();
  }

  /** Again after every transient failure, as Temporal does. */
  private void untilDone(CopyActivities copy, LaneInput input) {
    while (true) {
      try {
        attempt(copy, input);
        return;
      } catch (StepException e) {
        if (e.type().isPermanent()) {
          throw e;
        }
      }
    }
  }

  static StepInput input(String run) {
    ObjectNode request = SandboxRequest.create();
    request.putArray("schemas").add(Depot.SCHEMA);
    request
        .withObject("/copy")
        .put("chunkBytes", CHUNK_BYTES)
        .put("lanes", 2 * LANES)
        .put("archive", !run.endsWith(STRAIGHT));
    return new StepInput(new RunKey("night-" + run, run), RequestReader.read(request).request());
  }

  /**
   * The worker's activities.
   *
   * @param sides for each side address, user and password, the source first
   * @param archive the archive directory
   */
  static Activities open(List<String> sides, String archive) {
    Map<String, String> environment = new HashMap<>();
    environment.put("OVERWINTER_SOURCE_URL", sides.get(0));
    environment.put("OVERWINTER_SOURCE_USER", sides.get(1));
    environment.put("OVERWINTER_SOURCE_PASSWORD", sides.get(2));
    environment.put("OVERWINTER_TARGET_URL", sides.get(3));
    environment.put("OVERWINTER_TARGET_USER", sides.get(4));
    environment.put("OVERWINTER_TARGET_PASSWORD", sides.get(5));
    environment.put("OVERWINTER_STACK_URL", "http://localhost:1");
    environment.put("OVERWINTER_STACK_PROJECT_ID", "00000000-0000-4000-8000-000000000000");
    environment.put("OVERWINTER_STACK_SECRET_KEY", "nobody-is-asked");
    environment.put("OVERWINTER_ARCHIVE_DIRECTORY", archive);
    return Wiring.activities(SettingsReader.read(null, environment), () -> QUIET);
  }

  /**
   * Does one deed.
   *
   * @param arguments for each side address, user and password; the archive directory; the run; the
   *     deed
   */
  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    CopyDeed deed = valueOf(words.get(8));
    try (Activities activities = open(words.subList(0, 6), words.get(6))) {
      Victim.tell(deed.name());
      deed.perform(activities.find(CopyActivities.class).orElseThrow(), input(words.get(7)));
      Victim.tellIsOver();
    }
  }
}
