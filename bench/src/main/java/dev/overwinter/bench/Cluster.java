package dev.overwinter.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A PostgreSQL server of its own, with crash safety on, that is thrown away afterwards. */
final class Cluster implements AutoCloseable {
  static final String USER = "postgres";

  /**
   * Besides the defaults. Nothing else may begin to work while a contender is measured, so that
   * checkpoints come when the harness asks for them and nobody vacuums.
   */
  static final String SETTINGS =
      """
      shared_buffers = 1GB
      max_wal_size = 8GB
      checkpoint_timeout = 1h
      autovacuum = off
      fsync = on
      full_page_writes = on
      synchronous_commit = on
      """;

  private final Path programs;
  private final Path data;
  private final int port;

  private Cluster(Path programs, Path data, int port) {
    this.programs = programs;
    this.data = data;
    this.port = port;
  }

  /**
   * @param programs directory of PostgreSQL's programs
   * @param directory for its data; must not exist
   */
  static Cluster start(Path programs, Path directory) throws IOException {
    Files.createDirectories(directory);
    Cluster cluster = new Cluster(programs, directory.resolve("data"), freePort());
    cluster.call("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync");
    Files.writeString(
        cluster.data.resolve("postgresql.auto.conf"),
        SETTINGS
            + """
            port = %d
            listen_addresses = 'localhost'
            unix_socket_directories = ''
            """
                .formatted(cluster.port));
    cluster.call("pg_ctl", "-w", "-l", directory.resolve("log").toString(), "start");
    return cluster;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void call(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      // PostgreSQL refuses to run as root; in a user namespace of its own nobody is.
      command.addAll(List.of("unshare", "-U"));
    }
    command.addAll(List.of(programs.resolve(program).toString(), "-D", data.toString()));
    command.addAll(Arrays.asList(arguments));
    Path said = data.resolveSibling(program + ".out");
    // To a file: the server keeps what it inherits open, so that a pipe would never end.
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(program + " failed: " + Files.readString(said));
    }
  }

  int port() {
    return port;
  }

  /** For psql and its kin. */
  String uri(String database) {
    return "postgresql://%s@localhost:%d/%s?sslmode=disable".formatted(USER, port, database);
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://localhost:%d/%s?sslmode=disable".formatted(port, database), USER, "");
  }

  void execute(String database, String... statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The one value that a query gives, as text. */
  String single(String database, String query) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Makes a database anew. */
  void recreate(String database, String template) throws SQLException {
    execute(
        USER,
        "DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(database),
        "CREATE DATABASE %s TEMPLATE %s".formatted(database, template));
  }

  /** Seconds of processor time of the server and all its processes, those that have ended too. */
  double cpuSeconds() {
    try {
      long postmaster = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
      return Processes.cpuSecondsOfTree(postmaster);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the server, if it runs. */
  @Override
  public void close() throws IOException {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      call("pg_ctl", "-w", "-m", "immediate", "stop");
    }
  }
}
