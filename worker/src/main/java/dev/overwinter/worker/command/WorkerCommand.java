package dev.overwinter.worker.command;

import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.worker.wiring.Wiring;
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
      "OVERWINTER_ARCHIVE_DIRECTORY)."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class WorkerCommand implements Callable<Integer> {
  @Mixin private SettingsOption config;

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() {
    WorkerSettings settings = config.load();
    StepContexts contexts = new StepContexts();
    try (StopOnSignal stop = new StopOnSignal();
        TemporalConnection connection =
            TemporalConnection.open(settings.temporal(), System.getenv());
        Activities activities = Wiring.activities(settings, contexts::current);
        WorkerProcess worker =
            WorkerProcess.start(
                connection,
                settings.temporal().taskQueue(),
                Wiring.workflows(),
                activities.implementations(),
                contexts)) {
      new CountDownLatch(1).await();
      return ExitCodes.DONE;
    } catch (InterruptedException e) {
      return ExitCodes.DONE;
    }
  }
}
