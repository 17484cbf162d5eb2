package dev.overwinter.worker.secrecy;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.TemporalFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker that lacks a key does to runs: nothing, and it says so. */
@Timeout(60)
class MissingKeyTest {
  private static final PayloadKey KEY = PayloadKey.random();
  private static final PayloadKeys OTHER = PayloadKeys.of(PayloadKey.random(), List.of());

  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());

  @AfterEach
  void stop() {
    temporal.close();
  }

  /** A run that decides by what a step answers and by what it is told. */
  @WorkflowInterface
  public interface Deciding {
    @WorkflowMethod
    String run();

    @SignalMethod
    void tell(String word);
  }

  /** Its step. */
  @ActivityInterface
  public interface Asking {
    String ask();
  }

  /** Takes every failure of the step for a reason to give up. */
  public static final class DecidingImplementation implements Deciding {
    private String told;

    @Override
    public String run() {
      Asking asking =
          Workflow.newActivityStub(
              Asking.class,
              ActivityOptions.newBuilder()
                  .setStartToCloseTimeout(Duration.ofSeconds(10))
                  .setTaskQueue("steps")
                  .build());
      String answer;
      try {
        answer = asking.ask();
      } catch (TemporalFailure | IllegalStateException e) {
        return "gave up";
      } catch (RuntimeException e) {
        return "gave up for " + e.getClass().getSimpleName();
      }
      Workflow.await(() -> told != null);
      return answer + " " + told;
    }

    @Override
    public void tell(String word) {
      told = word;
    }
  }

  @Test
  void an_answer_it_cannot_read_makes_it_fail_its_task_and_decide_nothing() throws Exception {
    WorkerFactory steps = worker(PayloadKeys.of(KEY, List.of()), "steps");
    WorkerFactory stranger = worker(OTHER, "runs");
    WorkflowStub run = start(client(PayloadKeys.none()));

    String reason = reasonOfFailedTask(run);

    assertThat(reason).contains("Payload key " + KEY.id() + " is missing");
    assertThat(isClosed(run)).isFalse();
    stranger.shutdownNow();
    steps.shutdownNow();
  }

  @Test
  void a_signal_it_cannot_read_is_kept_for_a_worker_that_can() throws Exception {
    WorkerFactory stranger = worker(OTHER, "runs");
    WorkerFactory steps = worker(PayloadKeys.none(), "steps");
    PayloadKeys both = PayloadKeys.of(KEY, List.of());
    WorkflowStub run = start(client(PayloadKeys.none()));
    client(both).newUntypedWorkflowStub("run").signal("tell", "go");

    assertThat(reasonOfFailedTask(run)).contains("Payload key " + KEY.id() + " is missing");
    assertThat(isClosed(run)).isFalse();
    stranger.shutdownNow();
    WorkerFactory knowing = worker(both, "runs");
    assertThat(client(both).newUntypedWorkflowStub("run").getResult(String.class))
        .isEqualTo("yes go");
    knowing.shutdownNow();
    steps.shutdownNow();
  }

  private WorkflowClient client(PayloadKeys keys) {
    return WorkflowClient.newInstance(
        temporal.getWorkflowServiceStubs(),
        WorkflowClientOptions.newBuilder()
            .setNamespace(temporal.getNamespace())
            .setDataConverter(SecretDataConverter.of(keys))
            .build());
  }

  private WorkerFactory worker(PayloadKeys keys, String taskQueue) {
    WorkerFactory factory = WorkerFactory.newInstance(client(keys));
    Worker worker = factory.newWorker(taskQueue);
    if (taskQueue.equals("runs")) {
      worker.registerWorkflowImplementationTypes(DecidingImplementation.class);
    } else {
      worker.registerActivitiesImplementations((Asking) () -> "yes");
    }
    factory.start();
    return factory;
  }

  private static WorkflowStub start(WorkflowClient client) {
    WorkflowStub run =
        client.newUntypedWorkflowStub(
            "Deciding",
            WorkflowOptions.newBuilder().setWorkflowId("run").setTaskQueue("runs").build());
    run.start();
    return run;
  }

  private String reasonOfFailedTask(WorkflowStub run) throws InterruptedException {
    while (true) {
      Optional<HistoryEvent> failed =
          events(run).stream()
              .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
              .findFirst();
      if (failed.isPresent()) {
        return failed.get().getWorkflowTaskFailedEventAttributes().getFailure().getMessage();
      }
      Thread.sleep(50);
    }
  }

  private boolean isClosed(WorkflowStub run) {
    return events(run).stream()
        .anyMatch(
            event ->
                event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED
                    || event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
  }

  private List<HistoryEvent> events(WorkflowStub run) {
    WorkflowExecution execution = run.getExecution();
    return temporal
        .getWorkflowClient()
        .fetchHistory(execution.getWorkflowId(), execution.getRunId())
        .getEvents();
  }
}
