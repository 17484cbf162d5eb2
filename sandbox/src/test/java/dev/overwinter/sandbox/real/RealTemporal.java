package dev.overwinter.sandbox.real;

import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.Ports;
import dev.overwinter.worker.temporal.ServerProbe;
import dev.overwinter.worker.temporal.TemporalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The real Temporal server with its database in a file and its web UI, to be killed and started
 * again at the same address; and the person who types Temporal's commands.
 */
public final class RealTemporal implements LocalTemporal {
  private static final long PATIENCE_SECONDS = 120;

  private final List<String> options;
  private Path directory;
  private int port;
  private int webPort;
  private Process process;

  /**
   * @param options further options of {@code temporal server start-dev}
   */
  public RealTemporal(String... options) {
    this.options = List.of(options);
  }

  /** The tool that these tests type with. */
  static Optional<Path> tool() {
    return TemporalTool.find(System.getenv());
  }

  @Override
  public String description() {
    return "a real Temporal server";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isAvailable() {
    return tool().isPresent();
  }

  @Override
  public Service start(Path dataDirectory) throws IOException {
    directory = Files.createDirectories(dataDirectory.toAbsolutePath());
    // The name that people type, whatever the tool's file is called.
    Path typed = Files.createDirectories(directory.resolve("bin")).resolve("temporal");
    Files.writeString(typed, "#!/bin/sh\nexec '%s' \"$@\"\n".formatted(tool().orElseThrow()));
    Files.setPosixFilePermissions(typed, PosixFilePermissions.fromString("rwx------"));
    port = Ports.free(0);
    webPort = Ports.free(0);
    startAgain();
    return new Running();
  }

  /** Starts it at the address and on the database that it had before. */
  public void startAgain() throws IOException {
    List<String> command = new ArrayList<>(List.of(directory + "/bin/temporal"));
    command.addAll(List.of("server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"));
    command.addAll(List.of("--port", "" + port, "--ui-port", "" + webPort));
    command.addAll(List.of("--db-filename", directory.resolve("temporal.db").toString()));
    command.addAll(options);
    Path log = directory.resolve("temporal-server.log");
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    ServerProbe.await(process, address(), "see " + log);
  }

  /** Kills it without any warning (SIGKILL) and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a server that does not run lose everything it ever knew. */
  void forget() throws IOException {
    for (String file : List.of("temporal.db", "temporal.db-wal", "temporal.db-shm")) {
      Files.deleteIfExists(directory.resolve(file));
    }
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  public String webAddress() {
    return "http://127.0.0.1:" + webPort;
  }

  /**
   * Types a line into a shell that stands in the given directory, with {@code temporal} on its
   * {@code PATH} and this server as {@code TEMPORAL_ADDRESS}, and waits for the answer.
   */
  public Typed type(Path workingDirectory, String line) throws InterruptedException {
    try {
      Path out = Files.createTempFile(directory, "typed", ".out");
      Path errors = Files.createTempFile(directory, "typed", ".err");
      ProcessBuilder shell =
          new ProcessBuilder("bash", "-c", line)
              .directory(workingDirectory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile());
      shell.environment().keySet().removeIf(name -> name.startsWith("TEMPORAL_"));
      shell.environment().put("TEMPORAL_ADDRESS", address());
      shell.environment().merge("PATH", directory + "/bin:", (path, bin) -> bin + path);
      Process typed = shell.start();
      typed.getOutputStream().close();
      if (!typed.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        typed.destroyForcibly();
        throw new AssertionError("hangs: %s\n%s".formatted(line, Files.readString(out)));
      }
      return new Typed(typed.exitValue(), Files.readString(out), Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Running implements Service {
    @Override
    public String address() {
      return RealTemporal.this.address();
    }

    @Override
    public String webAddress() {
      return RealTemporal.this.webAddress();
    }

    @Override
    public void close() {
      kill();
    }
  }
}
