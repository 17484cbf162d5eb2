package dev.overwinter.worker.command;

import dev.overwinter.worker.operations.Meters;
import dev.overwinter.worker.operations.Metrics;
import dev.overwinter.worker.operations.OperationsServer;
import dev.overwinter.worker.operations.Readiness;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.process.Deployment;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.worker.wiring.Version;
import dev.overwinter.worker.wiring.Wiring;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code overwinter worker} */
@Command(
    name = "worker",
    description = {
      "Runs the worker process of a real Temporal service until it is stopped.",
      "",
      "Any number may run at the same time; each may be killed at any moment."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  TEMPORAL_ADDRESS=temporal.internal:7233 overwinter worker --config overwinter.yaml",
      "",
      "Where Temporal is: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* or",
      "Temporal's own profile file (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE), as for its command line.",
      "",
      "Writes to overwinter-data/ where it is started: the log to logs/overwinter.log (log.file or",
      "OVERWINTER_LOG_FILE), exported rows, mapping and report to archive/ (archive.directory or",
      "OVERWINTER_ARCHIVE_DIRECTORY).",
      "",
      "Serves /metrics, /healthz and /readyz at 127.0.0.1:9464 (http.address or OVERWINTER_HTTP_ADDRESS)."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class WorkerCommand implements Callable<Integer> {
  @Mixin private SettingsOption config;

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() throws IOException {
    WorkerSettings settings = config.load();
    try (StopOnSignal stop = new StopOnSignal();
        Metrics metrics = new Metrics(Version.current())) {
      return work(settings, metrics);
    } catch (InterruptedException e) {
      return ExitCodes.DONE;
    }
  }

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  private static int work(WorkerSettings settings, Metrics metrics)
      throws IOException, InterruptedException {
    StepContexts contexts = new StepContexts(new Meters(metrics.registry()));
    try (TemporalConnection connection =
            TemporalConnection.open(settings.temporal(), System.getenv(), metrics.temporalScope());
        Activities activities = Wiring.activities(settings, contexts::current);
        Readiness readiness = readiness(connection, activities, metrics);
        OperationsServer server = OperationsServer.open(settings.http(), metrics, readiness);
        WorkerProcess worker =
            WorkerProcess.start(
                connection,
                settings.temporal().taskQueue(),
                settings.lanes(),
                Deployment.of(settings.temporal(), Version.current()),
                Wiring.workflows(),
                activities.implementations(),
                contexts)) {
      readiness.listening();
      try {
        new CountDownLatch(1).await();
        return ExitCodes.DONE;
      } finally {
        // Before the worker is closed, which takes as long as its steps take to stop.
        readiness.stopping();
      }
    }
  }

  private static Readiness readiness(
      TemporalConnection connection, Activities activities, Metrics metrics) {
    List<Readiness.Check> checks = new ArrayList<>();
    checks.add(new Readiness.Check("temporal", connection::look));
    checks.addAll(activities.checks());
    Readiness readiness = new Readiness(checks);
    readiness.show(metrics.registry());
    return readiness;
  }
}
