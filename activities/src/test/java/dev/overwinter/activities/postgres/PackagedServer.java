package dev.overwinter.activities.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A throw-away server from the programs that {@code POSTGRESQL_BIN} names, which has what is
 * installed beside them; {@code tools/postgresql} has that installed where it can be done.
 */
public final class PackagedServer implements AutoCloseable {
  /** Its superuser, who needs no password. */
  public static final String SUPERUSER = "postgres";

  private final Path programs;
  private final Path data;
  private final int port;

  private PackagedServer(Path programs, Path data, int port) {
    this.programs = programs;
    this.data = data;
    this.port = port;
  }

  /** Where PostgreSQL's programs are, if the environment says so. */
  public static Optional<Path> programs() {
    return Optional.ofNullable(System.getenv("POSTGRESQL_BIN"))
        .filter(directory -> !directory.isBlank())
        .map(Path::of);
  }

  /**
   * @param directory for its data; must be empty
   * @param settings lines of its configuration
   */
  public static PackagedServer start(Path programs, Path directory, String settings)
      throws IOException {
    PackagedServer server = new PackagedServer(programs, directory.resolve("data"), freePort());
    server.execute("initdb", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--no-sync");
    Files.writeString(
        server.data.resolve("postgresql.auto.conf"),
        """
        port = %d
        listen_addresses = 'localhost'
        unix_socket_directories = ''
        fsync = off
        %s
        """
            .formatted(server.port, settings));
    server.execute("pg_ctl", "-w", "-l", directory.resolve("log").toString(), "start");
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void execute(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      // PostgreSQL refuses to run as root; in a user namespace of its own nobody is.
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(List.of(programs.resolve(program).toString(), "-D", data.toString()));
    command.addAll(Arrays.asList(arguments));
    Path said = Files.createTempFile(data.getParent(), program, ".out");
    // To a file: the server keeps what it inherits open, so that a pipe would never end.
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(program + " failed: " + Files.readString(said));
    }
  }

  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    execute("pg_ctl", "-w", "-m", "immediate", "stop");
  }
}
