package dev.overwinter.sandbox.demo;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.worker.temporal.LocalTemporals;
import dev.overwinter.worker.temporal.RunStarter;
import dev.overwinter.worker.watch.Console;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.worker.watch.Operator;
import dev.overwinter.worker.watch.OperatorCommand;
import dev.overwinter.worker.watch.RunOutcome;
import dev.overwinter.worker.watch.RunWatcher;
import dev.overwinter.worker.watch.Tone;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code overwinter demo} */
@Command(
    name = "demo",
    description = {
      "Shows a whole migration with nothing installed.",
      "",
      "Two embedded PostgreSQL servers, a sample application in use on a database shaped as",
      "Supabase's, a stand-in for Stack Auth, a Temporal (in memory where its tool is not found),",
      "and a worker process of its own."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter demo                        the night as it should go",
      "  overwinter demo --crash                the worker is killed in the middle of four steps",
      "  overwinter demo --rollback             somebody decides to go back instead of live",
      "  overwinter demo --readings 5000000     ten times the rows"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:It ended as asked, and every accepted write was found where it belongs.",
      "1:It did not."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final String WORKFLOW_ID = "demo";
  private static final String OPERATOR = "the demo's operator";
  private static final double WRITES_PER_SECOND = 40;

  @Mixin private SampleSize size;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Which sample: the same seed gives the same rows. Default: ${DEFAULT-VALUE}.")
  private long seed = SandboxSeed.demo().seed();

  @Option(
      names = "--crash",
      description =
          "Kill the worker (SIGKILL) during export, user creation, import and while it waits for approval.")
  private boolean crash;

  @Option(names = "--rollback", description = "Roll back instead of approving.")
  private boolean rollback;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where archive, report and logs go; the databases are temporary. Default: ${DEFAULT-VALUE}.")
  private Path directory = Path.of("overwinter-data", "demo");

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    try (Console console = Console.open()) {
      introduce(console);
      console.line("Setting the stage ...");
      try (Stage stage =
          Stage.set(
              directory,
              SandboxOptions.throwaway(),
              size.of(seed),
              StackAuthStandIn.start(),
              LocalTemporals.choose(System.getenv()),
              payloadKeys(System.getenv()))) {
        return play(stage, console);
      }
    }
  }

  /** Whoever has keys wants to see the night encrypted. */
  private static Map<String, String> payloadKeys(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(variable -> variable.getKey().startsWith("OVERWINTER_PAYLOAD_"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private void introduce(Console console) {
    String ending =
        rollback
            ? "Before going live somebody decides to go back: the source must be as before, with nothing left behind."
            : "It must end live on the target, with every row that the source ever took.";
    console.line(
        Tone.STRONG,
        "One migration night: an application with %s users and %s sensor readings leaves Supabase."
            .formatted(number(size.of(seed).users()), number(size.of(seed).readings())));
    console.line(
        "Source and target are PostgreSQL servers of their own; Stack Auth is a stand-in over HTTP.");
    console.line("The application stays in use and writes until the source is frozen.");
    if (crash) {
      console.line(
          "The worker is killed (SIGKILL) %d times on the way; each time another one goes on with the step, once Temporal misses the dead one's heartbeats."
              .formatted(CrashPoint.values().length + 1));
    }
    console.line(ending);
    console.line("");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private int play(Stage stage, Console console)
      throws IOException, SQLException, InterruptedException {
    try (LiveTraffic traffic = LiveTraffic.start(stage.source(), WRITES_PER_SECOND)) {
      console.line("The application is in use: API, sign-ups and a scheduled job keep writing.");
      console.line("");
      stage.worker().start();
      RunStarter.start(
          stage.temporal(), WORKFLOW_ID, FreezeBackfill.TASK_QUEUE, SandboxRequest.create());
      RunOutcome outcome = crash ? followWithCrashes(stage, console) : follow(stage, console);
      traffic.stop();
      console.line("");
      boolean proven = tell(Proof.of(stage, traffic), stage, console);
      console.line("Archive, mapping, report and logs: " + directory.toAbsolutePath());
      boolean good = endedAsAsked(outcome) && proven;
      console.line(
          good ? Tone.GOOD : Tone.BAD,
          good ? "It ended as it should." : "It did NOT end as it should; see above.");
      return good ? ExitCodes.DONE : ExitCodes.FAILED;
    }
  }

  private RunOutcome follow(Stage stage, Console console) throws InterruptedException {
    return new RunWatcher(stage.temporal(), WORKFLOW_ID, console, decider(stage, console)).follow();
  }

  private RunOutcome followWithCrashes(Stage stage, Console console) throws InterruptedException {
    try (CrashPlan plan =
        CrashPlan.start(
            stage.target(), stage.worker(), line -> console.line(Tone.ATTENTION, line))) {
      RunOutcome outcome = follow(stage, console);
      if (plan.landings().size() < CrashPoint.values().length) {
        console.line("Not every step could be interrupted: too little work. Try more rows.");
      }
      return outcome;
    }
  }

  private Operator decider(Stage stage, Console console) {
    Operator decides =
        rollback ? status -> rollBack(status, console) : Operator.approving(OPERATOR);
    return crash ? new KillingOperator(stage.worker(), console, decides) : decides;
  }

  private static Optional<OperatorCommand> rollBack(RunStatus status, Console console) {
    if (status.state() != RunState.WAITING_FOR_APPROVAL) {
      return Optional.empty();
    }
    console.line(
        Tone.ATTENTION,
        "The operator decides to go back: the source is released first, then accounts and rows are removed.");
    return Optional.of(OperatorCommand.rollback(OPERATOR, "to show the way back"));
  }

  private boolean endedAsAsked(RunOutcome outcome) {
    RunState wanted = rollback ? RunState.ROLLED_BACK : RunState.LIVE;
    return outcome.status() != null && outcome.status().state() == wanted;
  }

  private boolean tell(Proof proof, Stage stage, Console console) {
    console.line(
        "While in use the application wrote %s rows to the source; %s writes were refused while it was frozen."
            .formatted(number(proof.accepted()), number(proof.refused())));
    if (rollback) {
      int left = stage.stackAuth().users().size();
      console.line("Accounts left in Stack Auth: " + left + ".");
      return left == 0;
    }
    console.line(
        "Of the rows that the source took, %d are missing on the target."
            .formatted(proof.missing().size()));
    console.line(
        "Peak memory of the worker process: %d MB (its heap is limited to 256 MB)."
            .formatted(stage.worker().peakResidentBytes() / 1_000_000));
    return proof.missing().isEmpty();
  }

  /** Kills the worker once while the run waits for approval, then decides. */
  private static final class KillingOperator implements Operator {
    private final WorkerChild worker;
    private final Console console;
    private final Operator decides;
    private boolean killed;

    KillingOperator(WorkerChild worker, Console console, Operator decides) {
      this.worker = worker;
      this.console = console;
      this.decides = decides;
    }

    @Override
    public Optional<OperatorCommand> next(RunStatus status) {
      if (status.state() == RunState.WAITING_FOR_APPROVAL && !killed) {
        killed = true;
        worker.kill();
        console.line(
            Tone.ATTENTION,
            "KILLED the worker (SIGKILL) while it waited for approval. Starting another one.");
        worker.start();
        return Optional.empty();
      }
      return decides.next(status);
    }
  }
}
