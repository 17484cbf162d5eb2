package dev.overwinter.worker.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.process.Deployment;
import dev.overwinter.worker.process.StepContexts;
import dev.overwinter.worker.process.WorkerProcess;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.LocalTemporals;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.worker.temporal.TemporalConnection;
import dev.overwinter.worker.watch.Console;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.worker.watch.Operator;
import dev.overwinter.worker.watch.RunWatcher;
import dev.overwinter.worker.watch.TerminalOperator;
import dev.overwinter.worker.wiring.Version;
import dev.overwinter.worker.wiring.Wiring;
import io.temporal.client.WorkflowNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code overwinter run} */
@Command(
    name = "run",
    description = {
      "Runs a migration from this machine and shows how it goes.",
      "",
      "Starts a worker here, starts the run, and follows it until it ends. Uses the Temporal service that TEMPORAL_ADDRESS or Temporal's profile names; without one, starts one on this machine."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter plan --config overwinter.yaml          what would happen",
      "  overwinter run --config overwinter.yaml           asks before it goes live",
      "  overwinter run --config overwinter.yaml --resume  goes on after this process was stopped",
      "",
      "Writes to overwinter-data/ where it is started: the log to logs/overwinter.log (log.file or",
      "OVERWINTER_LOG_FILE), exported rows, mapping and report to archive/ (archive.directory or",
      "OVERWINTER_ARCHIVE_DIRECTORY). Colours on a terminal only, none with NO_COLOR set."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The target is live.",
      "1:The run failed or was rolled back, or verification found a difference.",
      "2:The command line, the settings or the request are wrong, or Temporal is out of reach.",
      "3:Preflight found a blocker; nothing was touched."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
  @Mixin private SettingsOption config;

  @Option(
      names = "--workflow-id",
      paramLabel = "ID",
      description = "The run's name, never used before. Default: overwinter- and today's date.")
  private String workflowId;

  @Option(
      names = "--resume",
      description = "Go on with the run of this name instead of starting one.")
  private boolean resume;

  @Option(names = "--yes", description = "Approve going live once verification has passed.")
  private boolean approve;

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() throws IOException {
    Logging.keepConsoleForWarnings();
    WorkerSettings settings = config.load();
    JsonNode request = Requests.check(settings.request());
    if (workflowId == null) {
      workflowId = "overwinter-" + LocalDate.now();
    }
    try (StopOnSignal stop = new StopOnSignal();
        Console console = Console.open()) {
      if (TemporalConnection.isConfigured(settings.temporal(), System.getenv())) {
        try (TemporalConnection connection =
            TemporalConnection.open(settings.temporal(), System.getenv())) {
          return run(settings, request, connection, console, "Started again with --resume");
        }
      }
      return runOnThisMachine(settings, request, console);
    }
  }

  private int runOnThisMachine(WorkerSettings settings, JsonNode request, Console console)
      throws IOException {
    LocalTemporal temporal = LocalTemporals.choose(System.getenv());
    console.line("Starting " + temporal.description() + ".");
    if (!temporal.isDurable()) {
      console.line("NOTE: it forgets the run when this process ends. For a real migration name a");
      console.line("Temporal service with TEMPORAL_ADDRESS, or Temporal's tool with TEMPORAL_CLI.");
    }
    try (LocalTemporal.Service service =
            temporal.start(SettingsReader.DATA_DIRECTORY.resolve("temporal"));
        TemporalConnection connection =
            TemporalConnection.open(service, settings.temporal().payloadKeys())) {
      if (!service.webAddress().isEmpty()) {
        console.line("Temporal's pages: " + service.webAddress());
      }
      String later =
          temporal.isDurable()
              ? "Started again with --resume"
              : "It cannot go on: the source takes writes again when the freeze's lease ends";
      return run(settings, request, connection, console, later);
    }
  }

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  private int run(
      WorkerSettings settings,
      JsonNode request,
      TemporalConnection connection,
      Console console,
      String later) {
    String taskQueue = settings.temporal().taskQueue();
    StepContexts contexts = new StepContexts();
    try (Activities activities = Wiring.activities(settings, contexts::current);
        WorkerProcess worker =
            WorkerProcess.start(
                connection,
                taskQueue,
                settings.lanes(),
                Deployment.of(settings.temporal(), Version.current()),
                Wiring.workflows(),
                activities.implementations(),
                contexts)) {
      if (!resume && !RunStarter.start(connection.client(), workflowId, taskQueue, request)) {
        console.line(
            "There is or was a run named %s already. Go on with it with --resume, or name another with --workflow-id."
                .formatted(workflowId));
        return ExitCodes.USAGE;
      }
      console.line("Run %s, Temporal at %s.".formatted(workflowId, connection.address()));
      return new RunWatcher(connection.client(), workflowId, console, operator(console))
          .follow()
          .exitCode();
    } catch (WorkflowNotFoundException e) {
      console.line("There is no run named %s: leave out --resume.".formatted(workflowId));
      return ExitCodes.USAGE;
    } catch (InterruptedException e) {
      console.line("Stopping. The run is not finished. %s.".formatted(later));
      return ExitCodes.FAILED;
    }
  }

  private Operator operator(Console console) {
    String name = System.getProperty("user.name", "operator");
    if (approve) {
      return Operator.approving(name);
    }
    return Console.isTerminal()
        ? new TerminalOperator(
            console, new InputStreamReader(System.in, Charset.defaultCharset()), name)
        : Operator.nobody();
  }
}
