package dev.overwinter.worker.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.preflight.RuleSuggester;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.worker.settings.WorkerSettings;
import dev.overwinter.worker.watch.Console;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.worker.watch.Paint;
import dev.overwinter.worker.wiring.Wiring;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightActivities;
import dev.overwinter.workflows.steps.PreflightReport;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code overwinter plan} */
@Command(
    name = "plan",
    description = {
      "Says what a migration would meet. Writes nothing; needs no Temporal.",
      "",
      "Looks at both databases and at Stack Auth: what would stop or harm a migration, what would be carried, and how long the source would be frozen."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter plan --config overwinter.yaml",
      "  overwinter plan --config overwinter.yaml --json | jq '.findings[]'",
      "  overwinter plan --config overwinter.yaml --suggest request.json",
      "  overwinter plan --config overwinter.yaml --request request.json",
      "",
      "Logs to overwinter-data/logs/overwinter.log (log.file or OVERWINTER_LOG_FILE)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Nothing stands in the way.",
      "2:The command line, the settings or the request are wrong.",
      "3:There is a blocker, or something could not be looked at."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class PlanCommand implements Callable<Integer> {
  @Mixin private SettingsOption config;

  @Option(names = "--json", description = "Print the report as JSON, complete.")
  private boolean json;

  @Option(names = "--notes", description = "Print notes too, not only how many there are.")
  private boolean notes;

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description = "Read the request from this JSON file, not from the settings.")
  private Path requestFile;

  @Option(
      names = "--suggest",
      paramLabel = "FILE",
      description =
          "Compare tables and columns only, and write the request to this new file, with rules for everything that differs. Read them all before you use it.")
  private Path suggestion;

  @Override
  public Integer call() throws IOException {
    Logging.keepConsoleForWarnings();
    WorkerSettings settings = config.load();
    JsonNode given = requestFile == null ? settings.request() : Requests.readFile(requestFile);
    MigrationRequest request = Requests.read(given);
    StepInput input = new StepInput(new RunKey("plan", UUID.randomUUID().toString()), request);
    if (suggestion != null) {
      return suggest(settings, given, input);
    }
    PreflightReport report;
    try (Activities activities = Wiring.activities(settings, Unwatched::new)) {
      report =
          activities
              .find(PreflightActivities.class)
              .orElseThrow(() -> new IllegalStateException("preflight is not wired"))
              .preflight(input);
    } catch (StepException e) {
      System.err.println(e.getMessage());
      return ExitCodes.BLOCKED;
    }
    if (json) {
      System.out.println(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
    } else {
      System.out.print(
          new PlanText(request.users(), Paint.ofThisTerminal(), Console.width(), notes).of(report));
    }
    boolean blocked =
        report.findings().stream()
            .anyMatch(finding -> finding.severity() == Finding.Severity.BLOCKER);
    return blocked ? ExitCodes.BLOCKED : ExitCodes.DONE;
  }

  private int suggest(WorkerSettings settings, JsonNode given, StepInput input) throws IOException {
    RuleSuggester.Suggestion suggested;
    try {
      suggested = new RuleSuggester(settings.source(), settings.target()).suggest(input);
    } catch (StepException e) {
      System.err.println(e.getMessage());
      return ExitCodes.BLOCKED;
    }
    try {
      SuggestedRequest.write(suggestion, given, suggested.tables());
    } catch (FileAlreadyExistsException e) {
      System.err.println(suggestion + " is there already; name a new file.");
      return ExitCodes.USAGE;
    }
    System.out.print(
        new SuggestionText(Paint.ofThisTerminal(), Console.width())
            .of(suggested, suggestion.toString()));
    return ExitCodes.DONE;
  }

  /** Nobody follows the progress, nobody cancels. */
  private static final class Unwatched implements StepContext {
    @Override
    public void progress(Progress progress) {
      // The report comes soon enough.
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
