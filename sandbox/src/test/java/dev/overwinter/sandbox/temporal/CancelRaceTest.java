package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.TemporalConnection;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.TemporalFailure;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cancels activities at the very moment at which they end, as a rollback does with lanes. */
@Timeout(180)
final class CancelRaceTest {
  private static final String TASK_QUEUE = "races";
  private static final int RACES = 60;
  private static final int RUNNERS = 6;

  @TempDir private Path directory;

  /** Starts several activities and cancels them when told to. */
  @WorkflowInterface
  public interface Race {
    @WorkflowMethod
    int run();

    @SignalMethod
    void stop();
  }

  /** Runs for a moment. */
  @ActivityInterface
  public interface Runner {
    void run(int millis);
  }

  /** See {@link Race}. */
  public static final class RaceWorkflow implements Race {
    private boolean stopped;

    @Override
    public int run() {
      Runner runner =
          Workflow.newActivityStub(
              Runner.class,
              ActivityOptions.newBuilder()
                  .setStartToCloseTimeout(Duration.ofSeconds(20))
                  .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                  .build());
      List<Promise<Void>> running = new ArrayList<>();
      CancellationScope scope =
          Workflow.newCancellationScope(
              () -> {
                for (int i = 0; i < RUNNERS; i++) {
                  int millis = 7 * i;
                  running.add(Async.procedure(() -> runner.run(millis)));
                }
              });
      scope.run();
      Workflow.await(() -> stopped);
      scope.cancel();
      int finished = 0;
      for (Promise<Void> each : running) {
        try {
          each.get();
          finished++;
        } catch (TemporalFailure cancelled) {
          continue;
        }
      }
      return finished;
    }

    @Override
    public void stop() {
      stopped = true;
    }
  }

  @Test
  void a_run_survives_cancelling_what_has_just_ended() throws Exception {
    Random random = new Random(1);
    try (LocalTemporal.Service service = new EmbeddedTemporal().start(directory);
        TemporalConnection connection = TemporalConnection.open(service, PayloadKeys.none())) {
      WorkflowClient client = connection.client();
      WorkerFactory factory = WorkerFactory.newInstance(client);
      Worker worker = factory.newWorker(TASK_QUEUE);
      worker.registerWorkflowImplementationTypes(RaceWorkflow.class);
      worker.registerActivitiesImplementations((Runner) CancelRaceTest::sleep);
      factory.start();
      List<WorkflowStub> races = new ArrayList<>();
      for (int i = 0; i < RACES; i++) {
        WorkflowStub race =
            client.newUntypedWorkflowStub(
                "Race",
                WorkflowOptions.newBuilder()
                    .setTaskQueue(TASK_QUEUE)
                    .setWorkflowId("race-" + i)
                    .build());
        race.start();
        Thread.sleep(random.nextInt(60));
        race.signal("stop");
        races.add(race);
      }
      for (WorkflowStub race : races) {
        assertThat(race.getResult(30, TimeUnit.SECONDS, Integer.class)).isBetween(0, RUNNERS);
      }
      factory.shutdownNow();
    }
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
