package dev.overwinter.worker.process;

import dev.overwinter.activities.StepContext;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/** A workflow of one activity that a test fills in. */
@WorkflowInterface
public interface Worksite {
  @WorkflowMethod
  String run(int attempts);

  /** Its activity. */
  @ActivityInterface
  interface Work {
    String work() throws Exception;
  }

  /** What a test puts into the activity. */
  @FunctionalInterface
  interface Job {
    String work(StepContext context) throws Exception;
  }

  /** An activity that does what it is told. */
  static Work working(StepContexts contexts, Job job) {
    return () -> job.work(contexts.current());
  }

  /** The workflow. */
  final class Implementation implements Worksite {
    @Override
    public String run(int attempts) {
      Work work =
          Workflow.newActivityStub(
              Work.class,
              ActivityOptions.newBuilder()
                  .setStartToCloseTimeout(Duration.ofMinutes(1))
                  .setHeartbeatTimeout(Duration.ofSeconds(3))
                  .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                  .setRetryOptions(
                      RetryOptions.newBuilder()
                          .setInitialInterval(Duration.ofMillis(50))
                          .setMaximumAttempts(attempts)
                          .build())
                  .build());
      try {
        return work.work();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw Workflow.wrap(e);
      }
    }
  }
}
