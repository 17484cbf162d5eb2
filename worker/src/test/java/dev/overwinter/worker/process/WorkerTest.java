package dev.overwinter.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Progress;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.GlobalDataConverter;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerTest {
  private static final String SECRET_ROW = "Key (email)=(ann@example.org) already exists";

  private final StepContexts contexts = new StepContexts();
  private final AtomicBoolean silent = new AtomicBoolean();
  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder()
              .setUseTimeskipping(false)
              .setWorkflowServiceStubsOptions(
                  WorkflowServiceStubsOptions.newBuilder()
                      .setGrpcClientInterceptors(List.of(new SilentServer(silent)))
                      .build())
              .setWorkerFactoryOptions(
                  WorkerFactoryOptions.newBuilder()
                      .setWorkerInterceptors(contexts, new FailureInterceptor())
                      .build())
              .build());

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void a_permanent_failure_is_shown_by_type_and_message_and_not_tried_again() {
    AtomicInteger attempts = new AtomicInteger();

    ApplicationFailure failure =
        failureOf(
            context -> {
              attempts.incrementAndGet();
              throw new StepException(FailureType.PRIVILEGE_MISSING, "grant USAGE on schema app");
            });

    assertThat(failure.getType()).isEqualTo("PrivilegeMissing");
    assertThat(failure.getOriginalMessage()).isEqualTo("grant USAGE on schema app");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getCause()).isNull();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void a_transient_failure_is_tried_again_after_the_time_it_asks_for() {
    AtomicInteger attempts = new AtomicInteger();
    long begin = System.nanoTime();

    WorkflowStub run =
        start(
            5,
            context -> {
              if (attempts.incrementAndGet() < 2) {
                throw new StepException(
                    FailureType.IDENTITY_UNAVAILABLE, "429", Duration.ofSeconds(2));
              }
              return "done";
            });

    assertThat(run.getResult(String.class)).isEqualTo("done");
    assertThat(attempts).hasValue(2);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
  }

  @Test
  void an_unforeseen_exception_shows_its_class_and_our_line_but_never_its_message() {
    WorkflowStub run =
        start(
            1,
            context -> {
              throw new IllegalStateException(SECRET_ROW, new SQLException(SECRET_ROW, "23505"));
            });

    ApplicationFailure failure = applicationFailure(run);

    assertThat(failure.getType()).isEqualTo("Internal");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getOriginalMessage())
        .contains("java.lang.IllegalStateException caused by java.sql.SQLException")
        .contains("WorkerTest.java:");
    assertThat(historyOf(run)).doesNotContain("ann@example.org");
  }

  @Test
  void a_checked_exception_is_shown_the_same_way() {
    ApplicationFailure checked =
        failureOf(
            context -> {
              throw new SQLException(SECRET_ROW);
            });
    assertThat(checked.getOriginalMessage())
        .startsWith("java.sql.SQLException at dev.overwinter.worker.process.WorkerTest")
        .doesNotContain("ann@");
  }

  @Test
  void an_error_is_a_failure_and_does_not_hang_the_step() {
    ApplicationFailure error =
        failureOf(
            context -> {
              throw new AssertionError(SECRET_ROW);
            });
    assertThat(error.getOriginalMessage())
        .startsWith("java.lang.AssertionError at dev.overwinter")
        .doesNotContain("ann@");
  }

  @Test
  void progress_is_seen_and_a_step_that_blocks_longer_than_its_heartbeat_timeout_stays_alive()
      throws InterruptedException {
    WorkflowStub run =
        start(
            1,
            context -> {
              context.progress(new Progress(3, 10, "tables", "public.units"));
              Thread.sleep(5_000);
              return "alive";
            });

    Thread.sleep(2_500);
    assertThat(heartbeatOf(run)).isEqualTo(new Progress(3, 10, "tables", "public.units"));
    assertThat(run.getResult(String.class)).isEqualTo("alive");
  }

  @Test
  void a_step_that_tells_no_progress_at_all_stays_alive() {
    WorkflowStub run =
        start(
            1,
            context -> {
              Thread.sleep(4_500);
              return "alive";
            });

    assertThat(run.getResult(String.class)).isEqualTo("alive");
  }

  @Test
  void a_cancelled_step_has_its_blocking_work_cancelled_and_ends_as_cancelled() {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch statementCancelled = new CountDownLatch(1);
    WorkflowStub run =
        start(
            5,
            context -> {
              try (AutoCloseable registration = context.onCancel(statementCancelled::countDown)) {
                assertThat(registration).isNotNull();
                blocked.countDown();
                statementCancelled.await();
                // What a driver says when its statement is cancelled.
                throw new StepException(FailureType.DATABASE_BUSY, "57014");
              }
            });
    await(blocked);

    run.cancel();

    await(statementCancelled);
    assertThatThrownBy(() -> run.getResult(String.class))
        .hasRootCauseInstanceOf(CanceledFailure.class);
  }

  @Test
  void a_cancelled_step_stops_at_its_next_progress() {
    CountDownLatch working = new CountDownLatch(1);
    WorkflowStub run =
        start(
            5,
            context -> {
              while (true) {
                context.progress(new Progress(1, 2, "rows", "public.units"));
                working.countDown();
                Thread.sleep(20);
              }
            });
    await(working);

    run.cancel();

    assertThatThrownBy(() -> run.getResult(String.class))
        .hasRootCauseInstanceOf(CanceledFailure.class);
  }

  @Test
  void a_step_that_is_still_wanted_is_told_so_and_its_progress_is_kept() {
    Progress progress = new Progress(3, 10, "tables", "public.units");
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    WorkflowStub run =
        start(
            1,
            context -> {
              context.progress(progress);
              context.confirm();
              told.countDown();
              await(looked);
              return "wanted";
            });
    await(told);

    assertThat(heartbeatOf(run)).isEqualTo(progress);
    looked.countDown();
    assertThat(run.getResult(String.class)).isEqualTo("wanted");
  }

  @Test
  void a_step_whose_run_is_gone_finds_out_when_it_asks() {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    CompletableFuture<RuntimeException> answer = new CompletableFuture<>();
    WorkflowStub run =
        start(
            1,
            context -> {
              context.confirm();
              working.countDown();
              await(gone);
              answer.complete(catchThrowableOfType(RuntimeException.class, context::confirm));
              return "late";
            });
    await(working);

    run.terminate("to see what the step does");
    gone.countDown();

    assertThat(answer.join()).isInstanceOf(ActivityCompletionException.class);
  }

  @Test
  void a_step_that_gets_no_answer_whether_it_is_wanted_breaks_off() {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    CompletableFuture<RuntimeException> answer = new CompletableFuture<>();
    start(
        1,
        context -> {
          working.countDown();
          await(gone);
          answer.complete(catchThrowableOfType(RuntimeException.class, context::confirm));
          return "late";
        });
    await(working);

    silent.set(true);
    gone.countDown();

    assertThat(answer.join())
        .isInstanceOfSatisfying(
            StepException.class,
            failure -> assertThat(failure.type()).isEqualTo(FailureType.TEMPORAL_UNAVAILABLE));
    silent.set(false);
  }

  @Test
  void when_the_process_stops_a_step_ends_at_its_next_progress_and_is_tried_again() {
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch working = new CountDownLatch(1);
    WorkflowStub run =
        start(
            5,
            context -> {
              if (attempts.incrementAndGet() == 2) {
                return "done by the second";
              }
              while (true) {
                context.progress(new Progress(1, 2, "rows", "public.units"));
                working.countDown();
                Thread.sleep(20);
              }
            });
    await(working);

    contexts.stopAll();

    assertThat(run.getResult(String.class)).isEqualTo("done by the second");
  }

  @Test
  void before_the_process_stops_a_step_ends_at_its_next_border_and_is_tried_again() {
    AtomicInteger attempts = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger finished = new AtomicInteger();
    CountDownLatch working = new CountDownLatch(1);
    WorkflowStub run =
        start(
            5,
            context -> {
              if (attempts.incrementAndGet() == 2) {
                return begun + " begun, " + finished + " finished";
              }
              while (true) {
                context.border();
                begun.incrementAndGet();
                working.countDown();
                Thread.sleep(300);
                context.progress(new Progress(1, 2, "rows", "public.units"));
                finished.incrementAndGet();
              }
            });
    await(working);

    contexts.stopAtBorders();

    assertThat(run.getResult(String.class)).isEqualTo("1 begun, 1 finished");
  }

  @Test
  void outside_an_activity_there_is_no_context() {
    assertThatThrownBy(contexts::current).isInstanceOf(IllegalStateException.class);
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

  private ApplicationFailure failureOf(Worksite.Job job) {
    return applicationFailure(start(1, job));
  }

  private static ApplicationFailure applicationFailure(WorkflowStub run) {
    WorkflowFailedException failed =
        catchThrowableOfType(WorkflowFailedException.class, () -> run.getResult(String.class));
    assertThat(failed).hasCauseInstanceOf(ActivityFailure.class);
    return (ApplicationFailure) failed.getCause().getCause();
  }

  private String historyOf(WorkflowStub run) {
    String history =
        temporal.getWorkflowClient().fetchHistory(run.getExecution().getWorkflowId()).toJson(true);
    assertThat(history).contains(EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED.name());
    return history;
  }

  private static Progress heartbeatOf(WorkflowStub run) {
    Payload heartbeat =
        run.describe()
            .getRawDescription()
            .getPendingActivities(0)
            .getHeartbeatDetails()
            .getPayloads(0);
    return GlobalDataConverter.get().fromPayload(heartbeat, Progress.class, Progress.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A server that takes calls and answers none, once it is silent. */
  private record SilentServer(AtomicBoolean silent) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(
          method, silent.get() ? options.withDeadlineAfter(-1, TimeUnit.SECONDS) : options);
    }
  }
}
