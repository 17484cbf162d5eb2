package dev.overwinter.worker;

import dev.overwinter.worker.command.CodecCommand;
import dev.overwinter.worker.command.HealthCommand;
import dev.overwinter.worker.command.ImportCommand;
import dev.overwinter.worker.command.PlanCommand;
import dev.overwinter.worker.command.RunCommand;
import dev.overwinter.worker.command.UnfreezeCommand;
import dev.overwinter.worker.command.WorkerCommand;
import dev.overwinter.worker.secrecy.UnreadablePayloadException;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import dev.overwinter.worker.watch.ExitCodes;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
    name = "overwinter",
    description =
        "Carries an application from Supabase to your own PostgreSQL and Stack Auth in one durable run: freeze writes, copy, create accounts, verify, and go live once somebody approves; roll back from every point before.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nA migration from this machine:%n",
    footer = {
      "  export OVERWINTER_SOURCE_PASSWORD=… OVERWINTER_TARGET_PASSWORD=…",
      "  export OVERWINTER_STACK_SECRET_KEY=…",
      "  overwinter plan --config overwinter.yaml",
      "  overwinter run --config overwinter.yaml",
      "",
      "Secrets come from the environment only, or from files named by …_FILE variables.",
      "Everything is logged to overwinter-data/logs/overwinter.log or OVERWINTER_LOG_FILE."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done; the target is live.",
      "1:The run failed or was rolled back, or verification found a difference.",
      "2:The command line, the settings or the request are wrong, or Temporal is out of reach.",
      "3:Preflight found a blocker, or something could not be looked at or verified."
    },
    subcommands = {
      PlanCommand.class,
      RunCommand.class,
      WorkerCommand.class,
      HealthCommand.class,
      UnfreezeCommand.class,
      ImportCommand.class,
      CodecCommand.class
    },
    versionProvider = Overwinter.Version.class,
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class Overwinter implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line with every subcommand that is there. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Overwinter());
    for (CommandContribution contribution : ServiceLoader.load(CommandContribution.class)) {
      commandLine.addSubcommand(contribution.command());
    }
    commandLine.setExecutionExceptionHandler((failure, line, parsed) -> explain(failure));
    return commandLine;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  private static int explain(Exception failure) {
    if (failure instanceof SettingsException
        || failure instanceof UnreadablePayloadException
        || failure instanceof TemporalUnavailableException
        || failure instanceof IOException) {
      System.err.println(failure.getMessage());
      return ExitCodes.USAGE;
    }
    for (Throwable part = failure; part != null; part = part.getCause()) {
      if (part instanceof StatusRuntimeException refusal) {
        System.err.printf(
            "Temporal refused or broke off: %s. Check that it is up, and its credentials.%n",
            refusal.getStatus().getCode());
        return ExitCodes.USAGE;
      }
    }
    // The message of what nobody foresaw may quote a row's values or a secret.
    StackTraceElement[] trace = failure.getStackTrace();
    System.err.printf(
        "A fault in this program: %s%s. Please report it with the log file.%n",
        failure.getClass().getName(), trace.length == 0 ? "" : " at " + trace[0]);
    return ExitCodes.FAILED;
  }

  /** The version that the jar's manifest tells. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Overwinter.class.getPackage().getImplementationVersion();
      return new String[] {"overwinter " + (version == null ? "(not packaged)" : version)};
    }
  }
}
