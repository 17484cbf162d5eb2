package dev.overwinter.activities.freeze;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A throw-away server with the real pg_cron, from the programs that {@code POSTGRESQL_BIN} names;
 * {@code tools/postgresql} has them installed where that can be done.
 */
final class CronServer implements AutoCloseable {
  private static final String DATABASE = "postgres";
  private static final String SUPERUSER = "postgres";

  private final Path programs;
  private final Path data;
  private final int port;

  private CronServer(Path programs, Path data, int port) {
    this.programs = programs;
    this.data = data;
    this.port = port;
  }

  /** Where PostgreSQL's programs are, if the environment says so. */
  static Optional<Path> programs() {
    return Optional.ofNullable(System.getenv("POSTGRESQL_BIN"))
        .filter(directory -> !directory.isBlank())
        .map(Path::of);
  }

  /**
   * @param directory for its data; must be empty
   */
  static CronServer start(Path programs, Path directory) throws IOException {
    CronServer server = new CronServer(programs, directory.resolve("data"), freePort());
    server.execute("initdb", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--no-sync");
    Files.writeString(
        server.data.resolve("postgresql.auto.conf"),
        """
        port = %d
        listen_addresses = 'localhost'
        unix_socket_directories = ''
        fsync = off
        shared_preload_libraries = 'pg_cron'
        cron.database_name = '%s'
        """
            .formatted(server.port, DATABASE));
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

  private String url() {
    return "jdbc:postgresql://localhost:%d/%s".formatted(port, DATABASE);
  }

  Connection superuser() throws SQLException {
    return DriverManager.getConnection(url(), SUPERUSER, "");
  }

  Connection as(String role) throws SQLException {
    return DriverManager.getConnection(url(), role, "");
  }

  Database pool(String role) {
    return new Database(new DatabaseSettings("source", url(), role, "", 4));
  }

  @Override
  public void close() throws IOException {
    execute("pg_ctl", "-w", "-m", "immediate", "stop");
  }
}
