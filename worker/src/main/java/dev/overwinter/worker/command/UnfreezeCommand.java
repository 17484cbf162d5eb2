package dev.overwinter.worker.command;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.SourceGuard;
import dev.overwinter.activities.freeze.UnfreezeReport;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.preflight.SideConnector;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Finding;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code overwinter unfreeze} */
@Command(
    name = "unfreeze",
    description = {
      "Lets the source take writes again when its migration is gone for good.",
      "",
      "Needs the source and nothing else: no target, no Stack Auth, no Temporal. While the migration can still be reached, roll it back instead; that also cleans up the target and Stack Auth."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter unfreeze --config overwinter.yaml",
      "  overwinter unfreeze --config overwinter.yaml --force",
      "",
      "Of the settings only source and log are read, of the secrets OVERWINTER_SOURCE_PASSWORD.",
      "Logs to overwinter-data/logs/overwinter.log (log.file or OVERWINTER_LOG_FILE)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:The source takes writes.",
      "1:A guard still holds, or the source did not let it be removed.",
      "2:The command line or the settings are wrong, or the source cannot be reached with them."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class UnfreezeCommand implements Callable<Integer> {
  /** One for each of the things it does at a time, with one to spare. */
  private static final int CONNECTIONS = 2;

  @Mixin private SettingsOption config;

  @Option(
      names = "--force",
      description =
          "Also when the guard's lease still runs, or when it is permanent because the target went live. Its migration can then only be rolled back.")
  private boolean force;

  @Override
  public Integer call() {
    Logging.keepConsoleForWarnings();
    DatabaseSettings settings = config.loadSource().source().withMaxConnections(CONNECTIONS);
    Optional<Finding> obstacle = SideConnector.obstacle(settings);
    if (obstacle.isPresent()) {
      Finding finding = obstacle.get();
      throw new SettingsException(
          "source", List.of("%s %s".formatted(finding.message(), finding.remedy())));
    }
    try (Database source = new Database(settings)) {
      tell(SourceGuard.unfreeze(source, force));
      return ExitCodes.DONE;
    } catch (StepException e) {
      System.err.println(e.getMessage());
      if (e.type() == FailureType.FROZEN_BY_ANOTHER_RUN) {
        System.err.println("Nothing was changed; the source goes on refusing writes.");
      }
      return ExitCodes.FAILED;
    }
  }

  private static void tell(UnfreezeReport report) {
    if (report.wasFrozen()) {
      System.out.println("Found: " + report.found() + ".");
      System.out.println("Lifted it. The source takes writes.");
      System.out.println(report.afterwards());
    } else {
      System.out.println("No guard stood. The source takes writes.");
    }
    if (report.leftBehind() > 0) {
      System.out.printf(
          "%d objects of the guard are left because their tables are in use. They stop nobody; run this again to remove them.%n",
          report.leftBehind());
    }
    if (!report.jobsPaused().isEmpty()) {
      System.out.printf(
          "Scheduled jobs are still paused because their owner or its rights have changed: %s. Activate each with SELECT cron.alter_job(<number>, active := true), then run this again.%n",
          report.jobsPaused().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }
  }
}
