package dev.overwinter.sandbox.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.ServerProbe;
import dev.overwinter.worker.temporal.TemporalConnection;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedTemporalTest {
  @TempDir Path directory;

  @Test
  void is_found_by_the_worker() {
    assertThat(ServiceLoader.load(LocalTemporal.class))
        .hasAtLeastOneElementOfType(EmbeddedTemporal.class);
  }

  @Test
  void a_run_goes_on_with_another_worker_after_the_first_was_killed_twice() throws Exception {
    try (LocalTemporal.Service service = new EmbeddedTemporal().start(directory);
        TemporalConnection connection = TemporalConnection.open(service, PayloadKeys.none())) {
      WorkflowStub job = startJob(connection.client());

      Process first = startWorker(service.address());
      await(() -> heartbeats(job));
      kill(first);

      Process second = startWorker(service.address());
      await(() -> pendingActivities(job).isEmpty());
      // Killed while the run waits for somebody, with no activity at work.
      kill(second);

      Process third = startWorker(service.address());
      job.signal("goOn");
      int attempt = job.getResult(60, TimeUnit.SECONDS, Integer.class);
      kill(third);

      // More where the machine is so busy that a worker that lives is missed, too.
      assertThat(attempt).isGreaterThan(1);
    }
  }

  @Test
  void the_service_dies_with_the_process_that_started_it() throws Exception {
    Process starter =
        new ProcessBuilder(
                java(), "-cp", classPath(), Starter.class.getName(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String address = starter.inputReader().readLine();
    assertThat(ServerProbe.answers(address)).isTrue();

    kill(starter);

    await(() -> !ServerProbe.answers(address));
  }

  /** A process that starts the service and is killed. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] arguments) throws Exception {
      System.out.println(new EmbeddedTemporal().start(Path.of(arguments[0])).address());
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static WorkflowStub startJob(WorkflowClient client) {
    WorkflowStub job =
        client.newUntypedWorkflowStub(
            "SlowJob",
            WorkflowOptions.newBuilder()
                .setWorkflowId("slow-job")
                .setTaskQueue(SlowJob.TASK_QUEUE)
                .build());
    job.start();
    return job;
  }

  private Process startWorker(String address) throws IOException {
    return new ProcessBuilder(
            java(),
            "-DOVERWINTER_LOG_FILE=" + directory.resolve("worker.log"),
            "-cp",
            classPath(),
            SlowJobWorker.class.getName(),
            address)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("worker.out").toFile())
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private static boolean heartbeats(WorkflowStub job) {
    return pendingActivities(job).stream()
        .anyMatch(activity -> activity.getHeartbeatDetails().getPayloadsCount() > 0);
  }

  private static List<PendingActivityInfo> pendingActivities(WorkflowStub job) {
    return job.describe().getRawDescription().getPendingActivitiesList();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }
}
