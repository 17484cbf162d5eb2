package dev.overwinter.sandbox.temporal;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;

/** A workflow whose only activity never ends in its first attempt. */
@WorkflowInterface
public interface SlowJob {
  String TASK_QUEUE = "slow-jobs";

  /** Returns the attempt of the activity that ended, after somebody has signalled. */
  @WorkflowMethod
  int run();

  @SignalMethod
  void goOn();

  /** Its activity. */
  @ActivityInterface
  interface Work {
    int work();
  }

  /** The workflow. */
  final class Implementation implements SlowJob {
    private boolean goOn;

    @Override
    public int run() {
      Work work =
          Workflow.newActivityStub(
              Work.class,
              ActivityOptions.newBuilder()
                  .setStartToCloseTimeout(Duration.ofMinutes(5))
                  .setHeartbeatTimeout(Duration.ofSeconds(3))
                  .build());
      int attempt = work.work();
      Workflow.await(() -> goOn);
      return attempt;
    }

    @Override
    public void goOn() {
      goOn = true;
    }
  }
}
