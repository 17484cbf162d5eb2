package dev.overwinter.sandbox.temporal;

import dev.overwinter.worker.process.Deployment;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.workflows.steps.Progress;
import io.temporal.activity.Activity;
import java.util.List;

/** A worker process for {@link SlowJob}, to be killed. */
final class SlowJobWorker {
  private SlowJobWorker() {}

  public static void main(String[] arguments) throws InterruptedException {
    StepContexts contexts = new StepContexts();
    SlowJob.Work work =
        () -> {
          int attempt = Activity.getExecutionContext().getInfo().getAttempt();
          contexts.current().progress(new Progress(attempt, 2, "attempts", "slow job"));
          while (attempt == 1) {
            pause();
          }
          return attempt;
        };
    TemporalConnection connection = TemporalConnection.open(arguments[0], PayloadKeys.none());
    WorkerProcess.start(
        connection,
        SlowJob.TASK_QUEUE,
        1,
        Deployment.unversioned(),
        List.of(SlowJob.Implementation.class),
        List.of(work),
        contexts);
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
