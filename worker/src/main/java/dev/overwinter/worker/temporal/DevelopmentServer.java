package dev.overwinter.worker.temporal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The development server of Temporal's own command line tool, with its database in a file: runs
 * outlive it. A server that an earlier process left running on the same file is used again instead
 * of started a second time.
 */
public final class DevelopmentServer implements LocalTemporal {
  private static final String DATABASE = "temporal.db";
  private static final String ADDRESS = "temporal.address";
  private static final String LOG = "temporal-server.log";

  /** The distance that the tool itself keeps between both ports. */
  private static final int WEB_PORT_DISTANCE = 1000;

  /** A finished run is to be looked at longer than the tool's own day. */
  private static final Duration RETENTION = Duration.ofDays(30);

  private final Map<String, String> environment;

  /**
   * @param environment where {@link TemporalTool} looks for the tool
   */
  public DevelopmentServer(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public String description() {
    return "Temporal's development server";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isAvailable() {
    return TemporalTool.find(environment).isPresent()
        || environment.containsKey(TemporalTool.VARIABLE);
  }

  @Override
  public Service start(Path dataDirectory) throws IOException {
    Path tool =
        TemporalTool.find(environment)
            .orElseThrow(
                () ->
                    new IOException(
                        "TEMPORAL_CLI names %s, which is no program: correct or unset it"
                            .formatted(environment.get(TemporalTool.VARIABLE))));
    Files.createDirectories(dataDirectory);
    Path record = dataDirectory.resolve(ADDRESS);
    if (Files.exists(record)) {
      List<String> lines = Files.readAllLines(record);
      if (lines.size() == 2 && ServerProbe.answers(lines.get(0))) {
        return new Running(null, lines.get(0), lines.get(1), record);
      }
    }
    int port = Ports.free(Ports.TEMPORAL);
    int webPort = Ports.free(port + WEB_PORT_DISTANCE);
    Path log = dataDirectory.resolve(LOG).toAbsolutePath();
    Process process =
        new ProcessBuilder(Detached.fromInterrupts(command(tool, dataDirectory, port, webPort)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    String address = "127.0.0.1:" + port;
    String webAddress = "http://127.0.0.1:" + webPort;
    try {
      ServerProbe.await(process, address, "see " + log);
      Namespaces.retain(address, RETENTION);
      Files.write(record, List.of(address, webAddress));
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return new Running(process, address, webAddress, record);
  }

  private static List<String> command(Path tool, Path dataDirectory, int port, int webPort) {
    return List.of(
        tool.toString(),
        "server",
        "start-dev",
        "--ip",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--ui-port",
        Integer.toString(webPort),
        "--log-level",
        "warn",
        "--db-filename",
        dataDirectory.resolve(DATABASE).toAbsolutePath().toString(),
        "--search-attribute",
        "MigrationState=Keyword",
        "--search-attribute",
        "MigrationStep=Keyword",
        "--search-attribute",
        "MigrationNeedsOperator=Bool");
  }

  /**
   * A server that runs.
   *
   * @param process its process, or null when an earlier process of ours started it
   * @param record the file that tells later processes of it
   */
  private record Running(Process process, String address, String webAddress, Path record)
      implements Service {
    @Override
    public void close() {
      if (process == null) {
        return;
      }
      process.destroy();
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
        Files.deleteIfExists(record);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        // A record of a server that no longer answers is found out at the next start.
        return;
      }
    }
  }
}
