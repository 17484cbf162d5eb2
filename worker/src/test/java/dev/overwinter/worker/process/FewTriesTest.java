package dev.overwinter.worker.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full gets no emptier by trying, but somebody may be about to make room. */
@Timeout(60)
class FewTriesTest {
  private static final String QUEUE = "few tries";

  private final StepContexts contexts = new StepContexts();
  private final AtomicInteger tries = new AtomicInteger();
  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder()
              .setWorkerFactoryOptions(
                  WorkerFactoryOptions.newBuilder()
                      .setWorkerInterceptors(contexts, new FailureInterceptor())
                      .build())
              .build());

  @AfterEach
  void stop() {
    temporal.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"OUT_OF_RESOURCES", "ARCHIVE_UNAVAILABLE"})
  void a_step_without_room_is_tried_five_times_and_no_more(FailureType type) {
    WorkflowFailedException failure =
        catchThrowableOfType(
            WorkflowFailedException.class, () -> begin(type, Integer.MAX_VALUE).run(24));

    assertThat(tries).hasValue(5);
    assertThat(failure).rootCause().isInstanceOf(ApplicationFailure.class);
    assertThat(((ApplicationFailure) failure.getCause().getCause()).getType())
        .isEqualTo(type.typeName());
  }

  @ParameterizedTest
  @EnumSource(names = {"DATABASE_UNAVAILABLE", "DATABASE_BUSY"})
  void a_database_that_is_away_is_waited_for_longer(FailureType type) {
    assertThat(begin(type, 7).run(24)).isEqualTo("done");
    assertThat(tries).hasValue(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HoldLease", "LiftFreeze"})
  void the_freeze_is_neither_lost_nor_left_standing_for_want_of_room(String activity) {
    assertThat(FailureInterceptor.isGivenUp(FailureType.OUT_OF_RESOURCES, activity, 20)).isFalse();
    assertThat(FailureInterceptor.isGivenUp(FailureType.PRIVILEGE_MISSING, activity, 1)).isTrue();
    assertThat(FailureInterceptor.isGivenUp(FailureType.OUT_OF_RESOURCES, "ImportChunks", 5))
        .isTrue();
  }

  private Worksite begin(FailureType type, int successfulTry) {
    Worker worker = temporal.newWorker(QUEUE);
    worker.registerWorkflowImplementationTypes(Worksite.Implementation.class);
    worker.registerActivitiesImplementations(
        Worksite.working(
            contexts,
            context -> {
              if (tries.incrementAndGet() < successfulTry) {
                throw new StepException(type, "not now");
              }
              return "done";
            }));
    temporal.start();
    return temporal
        .getWorkflowClient()
        .newWorkflowStub(Worksite.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
  }
}
