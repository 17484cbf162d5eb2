package dev.overwinter.sandbox.temporal;

import dev.overwinter.worker.temporal.Detached;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.Ports;
import dev.overwinter.worker.temporal.ServerProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's in-memory test server in a process of its own, so that workers can be killed without
 * killing the service. Keeps nothing when it ends, and ends with the process that started it.
 */
public final class EmbeddedTemporal implements LocalTemporal {
  private static final String LOG = "temporal-server.log";

  @Override
  public String description() {
    return "the in-memory Temporal that comes with the sandbox";
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public Service start(Path dataDirectory) throws IOException {
    Files.createDirectories(dataDirectory);
    Path log = dataDirectory.resolve(LOG).toAbsolutePath();
    // Not the usual port: whoever types commands there means a Temporal that keeps what it is told.
    int port = Ports.free(0);
    Process process =
        new ProcessBuilder(Detached.fromInterrupts(command(port, log)))
            .redirectErrorStream(true)
            .redirectOutput(dataDirectory.resolve(LOG + ".out").toFile())
            .start();
    String address = "127.0.0.1:" + port;
    try {
      ServerProbe.await(process, address, "see " + log);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return new Running(process, address);
  }

  private static List<String> command(int port, Path log) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        // The worker's logging configuration is on the class path too; not its file.
        "-DOVERWINTER_LOG_FILE=" + log,
        "-cp",
        System.getProperty("java.class.path"),
        TestServerProcess.class.getName(),
        Integer.toString(port));
  }

  /** A server that runs. */
  private record Running(Process process, String address) implements Service {
    @Override
    public String webAddress() {
      return "";
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
