package dev.overwinter.sandbox.practice;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.demo.SampleSize;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.worker.command.StopOnSignal;
import dev.overwinter.worker.watch.ExitCodes;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code overwinter sandbox} */
@Command(
    name = "sandbox",
    description = {
      "Keeps running what you need to try a migration by hand.",
      "",
      "A planted source shaped as Supabase's, an empty target, and a stand-in for Stack Auth.",
      "Writes settings, secrets and request to the directory and prints what to type next. Runs until",
      "it is stopped (Ctrl-C, SIGTERM), and begins anew at each start: nothing is kept."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  overwinter sandbox --traffic",
      "  overwinter sandbox --listen 0.0.0.0 --host sandbox   in a container of that name",
      "",
      "Its passwords are known to everybody: never listen where others than you can connect."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true)
public final class SandboxCommand implements Callable<Integer> {
  private static final double WRITES_PER_SECOND = 5;
  private static final long NEWS_MILLIS = 1_000;
  private static final String LOG_FILE_PROPERTY = "OVERWINTER_LOG_FILE";

  @Spec private CommandSpec spec;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where files and databases go. Default: ${DEFAULT-VALUE}.")
  private Path directory = Path.of("overwinter-data", "sandbox");

  @Mixin private SampleSize size;

  @Option(
      names = "--traffic",
      description = "Keep the application in use: API, sign-ups and a scheduled job write.")
  private boolean traffic;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      description =
          "Where to listen; 0.0.0.0 inside a container. Default: 127.0.0.1, this machine only.")
  private InetAddress listen = InetAddress.getLoopbackAddress();

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "The name under which a worker reaches it. Default: where it listens.")
  private String host;

  @Option(
      names = "--source-port",
      paramLabel = "PORT",
      description = "Default: ${DEFAULT-VALUE}; 0 for any free one.")
  private int sourcePort = 5433;

  @Option(
      names = "--target-port",
      paramLabel = "PORT",
      description = "Default: ${DEFAULT-VALUE}; 0 for any free one.")
  private int targetPort = 5434;

  @Option(
      names = "--stack-port",
      paramLabel = "PORT",
      description = "Default: ${DEFAULT-VALUE}; 0 for any free one.")
  private int stackPort = 8102;

  // Some resources are only held open, never spoken to.
  @SuppressWarnings("try")
  @Override
  public Integer call() throws IOException, SQLException {
    if (System.getenv(LOG_FILE_PROPERTY) == null) {
      System.setProperty(LOG_FILE_PROPERTY, directory.resolve("sandbox.log").toString());
    }
    SandboxSeed seed = checked(() -> size.of(SandboxSeed.demo().seed()));
    SandboxOptions options =
        checked(
            () ->
                SandboxOptions.throwawayIn(directory.resolve("databases"))
                    .listeningAt(listen)
                    .withPorts(sourcePort, targetPort));
    PracticeFiles files = PracticeFiles.in(Files.createDirectories(directory));
    files.delete();
    tell("Starting source and target and planting the source ...");
    try (StopOnSignal stop = new StopOnSignal();
        PracticeGround ground = PracticeGround.open(options, stackPort, seed)) {
      files.write(ground, nameForOthers());
      System.out.println(Instructions.of(ground, nameForOthers(), files));
      if (traffic) {
        keepInUse(ground);
      } else {
        Thread.sleep(Long.MAX_VALUE);
      }
    } catch (InterruptedException e) {
      tell("Stopped.");
    }
    return ExitCodes.DONE;
  }

  private void keepInUse(PracticeGround ground) throws SQLException, InterruptedException {
    TrafficNews news = new TrafficNews();
    LiveTraffic running = LiveTraffic.start(ground.source(), WRITES_PER_SECOND, news::report);
    try (running) {
      while (true) {
        Thread.sleep(NEWS_MILLIS);
        news.next().ifPresent(SandboxCommand::tell);
      }
    }
  }

  private String nameForOthers() {
    if (host != null) {
      return host;
    }
    return listen.isAnyLocalAddress() ? "127.0.0.1" : listen.getHostAddress();
  }

  private <T> T checked(Callable<T> making) {
    try {
      return making.call();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void tell(String line) {
    System.out.printf("%s  %s%n", LocalTime.now().truncatedTo(ChronoUnit.SECONDS), line);
  }
}
