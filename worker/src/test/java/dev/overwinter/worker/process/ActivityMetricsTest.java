package dev.overwinter.worker.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.StepException;
import dev.overwinter.worker.operations.Meters;
import dev.overwinter.worker.operations.Metrics;
import dev.overwinter.workflows.FailureType;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ActivityMetricsTest {
  private final Metrics metrics = new Metrics("test");
  private final StepContexts contexts = new StepContexts(new Meters(metrics.registry()));
  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder()
              .setUseTimeskipping(false)
              .setMetricsScope(metrics.temporalScope())
              .setWorkerFactoryOptions(
                  WorkerFactoryOptions.newBuilder()
                      .setWorkerInterceptors(contexts, new FailureInterceptor())
                      .build())
              .build());

  @AfterEach
  void stop() {
    temporal.close();
    metrics.close();
  }

  @Test
  void what_a_step_counts_is_seen_while_it_works() throws InterruptedException {
    CountDownLatch counted = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    WorkflowStub run =
        start(
            1,
            context -> {
              context.count(Measure.ROWS_EXPORTED, 7);
              context.leaseRenewed(Duration.ofMinutes(30));
              counted.countDown();
              seen.await();
              return "done";
            });
    assertThat(counted.await(20, TimeUnit.SECONDS)).isTrue();

    assertThat(value("overwinter.rows", "step", "export")).isEqualTo(7);
    assertThat(value("overwinter.activities.running", "activity", "Work")).isEqualTo(1);
    assertThat(value("overwinter.lease.left")).isBetween(1700.0, 1800.0);
    seen.countDown();
    run.getResult(String.class);

    assertThat(value("overwinter.activities.running", "activity", "Work")).isZero();
    assertThat(value("overwinter.lease.renewals")).isEqualTo(1);
    assertThat(value("overwinter.lease.left")).as("nobody holds it here any more").isNaN();
  }

  @Test
  void failures_are_counted_by_type_and_retries_by_activity() {
    AtomicInteger attempts = new AtomicInteger();
    WorkflowStub run =
        start(
            5,
            context -> {
              switch (attempts.incrementAndGet()) {
                case 1 -> throw new StepException(FailureType.DATABASE_BUSY, "55P03");
                case 2 -> throw new IllegalStateException("Key (email)=(ann@example.org)");
                case 3 -> throw new AssertionError("Key (email)=(ann@example.org)");
                default -> {
                  return "done";
                }
              }
            });
    run.getResult(String.class);

    assertThat(value("overwinter.activity.failures", "activity", "Work", "type", "DatabaseBusy"))
        .isEqualTo(1);
    assertThat(value("overwinter.activity.failures", "activity", "Work", "type", "Internal"))
        .isEqualTo(2);
    assertThat(value("overwinter.activity.retries", "activity", "Work")).isEqualTo(3);
    assertThat(value("overwinter.activities.running", "activity", "Work")).isZero();
  }

  @Test
  void what_a_workflow_reports_gets_out_under_its_own_name() throws InterruptedException {
    Worker worker = temporal.newWorker("parking");
    worker.registerWorkflowImplementationTypes(ParkingWorkflow.class);
    temporal.start();
    WorkflowOptions options = WorkflowOptions.newBuilder().setTaskQueue("parking").build();
    WorkflowStub run = temporal.getWorkflowClient().newUntypedWorkflowStub("Parking", options);
    run.start();
    run.getResult(String.class);
    // Reported every second.
    while (registry().find("overwinter_parked").timer() == null
        || registry().find("temporal_workflow_completed").counter() == null) {
      Thread.sleep(50);
    }

    assertThat(registry().get("overwinter_parks").tag("step", "export").counter().count())
        .isEqualTo(1);
    assertThat(registry().get("overwinter_parked").timer().totalTime(TimeUnit.SECONDS))
        .isEqualTo(90);
    assertThat(registry().find("temporal_workflow_completed").counter()).isNotNull();
  }

  /** A workflow with metrics of its own. */
  @WorkflowInterface
  public interface Parking {
    @WorkflowMethod
    String run();
  }

  /** Has been parked for a while. */
  public static final class ParkingWorkflow implements Parking {
    @Override
    public String run() {
      Workflow.getMetricsScope()
          .tagged(Map.of("step", "export"))
          .counter("overwinter_parks")
          .inc(1);
      Workflow.getMetricsScope()
          .timer("overwinter_parked")
          .record(com.uber.m3.util.Duration.ofSeconds(90));
      return "done";
    }
  }

  private WorkflowStub start(int attempts, Worksite.Job job) {
    Worker worker = temporal.newWorker("test");
    worker.registerWorkflowImplementationTypes(Worksite.Implementation.class);
    worker.registerActivitiesImplementations(Worksite.working(contexts, job));
    temporal.start();
    WorkflowStub run =
        temporal
            .getWorkflowClient()
            .newUntypedWorkflowStub(
                "Worksite", WorkflowOptions.newBuilder().setTaskQueue("test").build());
    run.start(attempts);
    return run;
  }

  private MeterRegistry registry() {
    return metrics.registry();
  }

  private double value(String name, String... tags) {
    return registry().get(name).tags(tags).meter().measure().iterator().next().getValue();
  }
}
