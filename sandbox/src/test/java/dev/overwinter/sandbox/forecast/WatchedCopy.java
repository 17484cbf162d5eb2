package dev.overwinter.sandbox.forecast;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepContext;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.wiring.Wiring;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.status.Step;
import dev.overwinter.workflows.status.StepProgress;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.ObserveInput;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.ProgressActivities;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Export and import by the worker's own activities, of which pictures are taken all the time. */
final class WatchedCopy implements AutoCloseable {
  private static final int LANES = 2;
  private static final long CHUNK_BYTES = 8 * 1024 * 1024;
  private static final Duration FIRST_LOOK = Duration.ofMillis(700);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

  private static final StepContext QUIET =
      new StepContext() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public AutoCloseable onCancel(Runnable action) {
          return () -> {};
        }
      };

  private final Activities activities;
  private final StepInput input;
  private final CopyActivities copy;

  WatchedCopy(SupabaseSource source, SelfHostedTarget target, String database, Path archive) {
    Map<String, String> environment = new HashMap<>();
    environment.put("OVERWINTER_SOURCE_URL", source.jdbcUrl());
    environment.put("OVERWINTER_SOURCE_USER", source.user());
    environment.put("OVERWINTER_SOURCE_PASSWORD", source.password());
    environment.put("OVERWINTER_TARGET_URL", target.jdbcUrl(database));
    environment.put("OVERWINTER_TARGET_USER", target.user());
    environment.put("OVERWINTER_TARGET_PASSWORD", target.password());
    environment.put("OVERWINTER_STACK_URL", "http://localhost:1");
    environment.put("OVERWINTER_STACK_PROJECT_ID", "00000000-0000-4000-8000-000000000000");
    environment.put("OVERWINTER_STACK_SECRET_KEY", "nobody-is-asked");
    environment.put("OVERWINTER_ARCHIVE_DIRECTORY", archive.toString());
    activities = Wiring.activities(SettingsReader.read(null, environment), () -> QUIET);
    copy = activities.find(CopyActivities.class).orElseThrow();
    ObjectNode request = SandboxRequest.create();
    request.putArray("schemas").add(Harvest.SCHEMA);
    request.withObject("/copy").put("chunkBytes", CHUNK_BYTES).put("lanes", LANES);
    input = new StepInput(new RunKey("watched", database), RequestReader.read(request).request());
  }

  /**
   * A step from its beginning to its end.
   *
   * @param pictures in their order
   */
  record Watched(Step step, Instant begin, Instant end, List<StepProgress> pictures) {
    Duration length() {
      return Duration.between(begin, end);
    }
  }

  Watched export() {
    activities.find(FreezeActivities.class).orElseThrow().guardTarget(input);
    copy.planChunks(input);
    return watch(Step.EXPORT, () -> inLanes(copy::exportChunks));
  }

  Watched load() {
    copy.completeArchive(input);
    activities.find(RemapActivities.class).orElseThrow().planRemap(input);
    copy.putAside(input);
    return watch(
        Step.IMPORT,
        () -> {
          inLanes(copy::importChunks);
          copy.completeLoad(input);
        });
  }

  private void inLanes(Consumer<LaneInput> work) {
    List<CompletableFuture<Void>> lanes = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      LaneInput laneInput = new LaneInput(input, lane);
      lanes.add(
          CompletableFuture.runAsync(
              () -> work.accept(laneInput), task -> new Thread(task, "lane").start()));
    }
    lanes.forEach(CompletableFuture::join);
  }

  private Watched watch(Step step, Runnable work) {
    ProgressActivities observer = activities.find(ProgressActivities.class).orElseThrow();
    List<StepProgress> pictures = new ArrayList<>();
    Instant begin = Instant.now();
    CompletableFuture<Void> working =
        CompletableFuture.runAsync(work, task -> new Thread(task, "step").start());
    // A run's first look comes when the step has got going, too.
    pause(FIRST_LOOK);
    while (!working.isDone()) {
      pictures.add(observer.observe(new ObserveInput(input, step, 0)));
      pause(BETWEEN_LOOKS);
    }
    working.join();
    return new Watched(step, begin, Instant.now(), pictures);
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    activities.close();
  }
}
