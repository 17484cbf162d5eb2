package dev.overwinter.sandbox.demo;

import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.wiring.Wiring;
import java.io.IOException;
import java.util.List;

/** The worker process of the sandbox: the real one, except that it ends when its parent does. */
final class SandboxWorker {
  private SandboxWorker() {}

  /**
   * @param arguments the address of Temporal; everything else comes from the environment
   */
  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  public static void main(String[] arguments) throws IOException {
    WorkerSettings settings = SettingsReader.read(null, System.getenv());
    StepContexts contexts = new StepContexts();
    try (TemporalConnection connection = TemporalConnection.open(arguments[0], List.of());
        Activities activities = Wiring.activities(settings, contexts::current);
        WorkerProcess worker =
            WorkerProcess.start(
                connection,
                settings.temporal().taskQueue(),
                Wiring.workflows(),
                activities.implementations(),
                contexts)) {
      // The parent holds the other end of standard input for as long as it lives.
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }
}
