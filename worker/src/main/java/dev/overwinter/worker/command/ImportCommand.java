package dev.overwinter.worker.command;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.load.ArchiveImport;
import dev.overwinter.activities.load.ImportOrder;
import dev.overwinter.activities.load.ImportSummary;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.preflight.SideConnector;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.watch.Console;
import dev.overwinter.worker.watch.ExitCodes;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overwinter import} */
@Command(
    name = "import",
    description = {
      "Loads the archive of a migration into a database again, whole or single tables.",
      "",
      "Needs the target and the archive's directory and nothing else: no source, no Stack Auth, no Temporal. The tables must be there, and empty. User ids stay as they were in the source, unless --mapping names the run's mapping. Broken off, it goes on when it is started again with the same arguments."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter import --config overwinter.yaml overwinter-data/archive/friday-night-1f0c2d3e",
      "  overwinter import --config overwinter.yaml --table public.units --truncate appdb DIRECTORY",
      "  overwinter import --config overwinter.yaml --mapping DIRECTORY/user-mapping.json DIRECTORY",
      "",
      "Of the settings only target and log are read, of the secrets OVERWINTER_TARGET_PASSWORD.",
      "Logs to overwinter-data/logs/overwinter.log (log.file or OVERWINTER_LOG_FILE)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Loaded, and the target holds what the archive holds.",
      "1:It broke off, or a file is damaged, or the target holds something else.",
      "2:The command line, the settings or the mapping are wrong, or the target cannot be reached with them.",
      "3:The target does not have the tables, or has rows in them. Nothing was changed."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
  private static final int MOST_LANES = 4;

  @Mixin private SettingsOption config;

  @Parameters(
      paramLabel = "DIRECTORY",
      description = "The archive of one run, which holds its manifest.json.")
  private Path directory;

  @Option(
      names = "--table",
      paramLabel = "SCHEMA.TABLE",
      description = "Load this table, by its name in the target; may be repeated. Default: all.")
  private List<String> tables = List.of();

  @Option(
      names = "--truncate",
      paramLabel = "DATABASE",
      description =
          "Empty the tables first if they have rows. DATABASE is the name of the target database, so that no other is emptied by mistake.")
  private String truncate;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description =
          "Replace user ids as the archive's run did. FILE is the user-mapping.json that it wrote.")
  private Path mapping;

  @Option(
      names = "--undo",
      description =
          "Take back an import with these arguments that has not ended: its tables are emptied, indexes, keys and triggers are as before.")
  private boolean undo;

  // The signal's handler is only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() {
    Logging.keepConsoleForWarnings();
    DatabaseSettings settings = config.loadTarget().target();
    Optional<Finding> obstacle = SideConnector.obstacle(settings);
    if (obstacle.isPresent()) {
      Finding finding = obstacle.get();
      throw new SettingsException(
          "target", List.of("%s %s".formatted(finding.message(), finding.remedy())));
    }
    ImportOrder order = new ImportOrder(directory, tables, truncate, mapping);
    try (StopOnSignal stop = new StopOnSignal();
        Console console = Console.open();
        Database target = new Database(settings)) {
      ArchiveImport archive =
          new ArchiveImport(target, Math.min(MOST_LANES, target.maxConnections()));
      return undo ? undo(archive, order, console) : load(archive, order, console);
    } catch (StepException e) {
      System.err.println(e.getMessage());
      return exitCode(e.type());
    }
  }

  private static int load(ArchiveImport archive, ImportOrder order, Console console) {
    console.begin("Import");
    ImportSummary done = archive.run(order, new Shown("Import", console));
    console.endProgress();
    console.line(
        String.format(
            Locale.ROOT,
            "Loaded %,d rows of %,d tables from %,d files. The target holds what the files hold.",
            done.rows(),
            done.tables(),
            done.parts()));
    return ExitCodes.DONE;
  }

  private static int undo(ArchiveImport archive, ImportOrder order, Console console) {
    console.begin("Taking back");
    int emptied = archive.undo(order, new Shown("Taking back", console));
    console.endProgress();
    console.line("Took it back: %d tables were emptied.".formatted(emptied));
    return ExitCodes.DONE;
  }

  private int exitCode(FailureType type) {
    if (type == FailureType.INVALID_REQUEST) {
      return ExitCodes.USAGE;
    }
    if (type == FailureType.TARGET_CHANGED) {
      return ExitCodes.BLOCKED;
    }
    if (!undo) {
      System.err.println(
          "What was loaded stays. Once the cause is gone, the same command goes on; with --undo it takes it back.");
    }
    return ExitCodes.FAILED;
  }

  /** Progress for a person; nobody cancels but by a signal. */
  private record Shown(String title, Console console) implements StepContext {
    @Override
    public void progress(Progress progress) {
      console.progress(title, progress);
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
