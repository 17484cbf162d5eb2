package dev.overwinter.sandbox.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One PostgreSQL server in its own data directory, reached over TCP with passwords. Thread-safe;
 * closing it stops the server.
 */
final class EmbeddedCluster implements Cluster {
  private static final String READY_MARK = "sandbox-ready";
  private static final String INVALID_PASSWORD = "28P01";
  private static final long RELOAD_POLL_NANOS = 10_000_000;
  // Who reaches it at all is a matter of the addresses at which it listens.
  private static final String PASSWORDS_ONLY = "host all all all scram-sha-256\n";

  private final Path dataDirectory;
  private final Path log;
  private final boolean kept;
  private final EmbeddedPostgres server;

  private EmbeddedCluster(Path dataDirectory, Path log, boolean kept, EmbeddedPostgres server) {
    this.dataDirectory = dataDirectory;
    this.log = log;
    this.kept = kept;
    this.server = server;
  }

  /**
   * What a cluster is to become.
   *
   * @param name the name of its directory
   * @param superuser the superuser it has once furnished
   * @param settings server settings besides those common to all
   */
  record Blueprint(
      String name, String superuser, Map<String, String> settings, Furnishing furnishing) {}

  /**
   * Starts the cluster, creating and furnishing it when it is not there yet. A cluster whose
   * furnishing was interrupted is thrown away and made again.
   *
   * @param port TCP port, 0 for any free one
   * @throws UncheckedIOException with the cause {@link PortInUseException} when the port is taken
   */
  static EmbeddedCluster start(Blueprint blueprint, SandboxOptions options, int port)
      throws SQLException {
    Path dataDirectory = options.directory().resolve(blueprint.name()).toAbsolutePath();
    EmbeddedCluster cluster = null;
    try {
      LibraryLeftovers.clearOnExit();
      Files.createDirectories(options.directory());
      StalePostmaster.stop(dataDirectory);
      boolean ready = Files.exists(dataDirectory.resolve(READY_MARK));
      if (!ready && Files.exists(dataDirectory)) {
        deleteUnfinished(dataDirectory);
      }
      requireFree(port, options.listen(), blueprint.name());
      // The data directory of a new cluster has to be empty, so the log goes beside it.
      Path log = options.directory().resolve(blueprint.name() + ".log").toAbsolutePath();
      boolean cleanUp = !ready && !options.kept();
      EmbeddedPostgres server =
          builder(options, port, blueprint.settings())
              .setDataDirectory(dataDirectory)
              .setCleanDataDirectory(cleanUp)
              .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      cluster = new EmbeddedCluster(dataDirectory, log, !cleanUp, server);
      if (!ready) {
        blueprint.furnishing().furnish(cluster);
        cluster.demandPasswords(blueprint.superuser());
        if (options.kept()) {
          // Without the mark the next start begins anew.
          Files.createFile(dataDirectory.resolve(READY_MARK));
        }
      }
      return cluster;
    } catch (IOException cause) {
      closeQuietly(cluster, cause);
      throw new UncheckedIOException(
          "Cannot start the " + blueprint.name() + " cluster in " + dataDirectory, cause);
    } catch (SQLException | RuntimeException cause) {
      closeQuietly(cluster, cause);
      throw cause;
    }
  }

  @Override
  public String host() {
    return "localhost";
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    try {
      server.close();
      if (!kept) {
        Files.deleteIfExists(log);
        deleteIfEmpty(dataDirectory.getParent());
      }
    } catch (IOException cause) {
      throw new UncheckedIOException("Cannot stop the cluster in " + dataDirectory, cause);
    }
  }

  private static EmbeddedPostgres.Builder builder(
      SandboxOptions options, int port, Map<String, String> settings) {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setLocaleConfig("locale", "C")
            .setConnectConfig("password", Cluster.passwordOf("postgres"))
            .setServerConfig("timezone", "UTC")
            .setServerConfig("max_connections", "100")
            .setServerConfig("shared_buffers", "256MB")
            .setServerConfig("max_wal_size", "2GB")
            .setServerConfig("password_encryption", "scram-sha-256")
            .setServerConfig("fsync", options.fsync() ? "on" : "off")
            .setServerConfig("synchronous_commit", options.fsync() ? "on" : "off");
    if (!options.listen().isLoopbackAddress()) {
      builder.setServerConfig("listen_addresses", listenAddresses(options.listen()));
    }
    settings.forEach(builder::setServerConfig);
    return builder;
  }

  /** The cluster is furnished from here, so that localhost has to be among them. */
  private static String listenAddresses(InetAddress address) {
    String wanted = address.getHostAddress();
    return address.isAnyLocalAddress() ? wanted : "localhost," + wanted;
  }

  private static void requireFree(int port, InetAddress address, String cluster)
      throws PortInUseException {
    if (port == 0) {
      return;
    }
    Set<InetAddress> addresses = new HashSet<>(List.of(address, InetAddress.getLoopbackAddress()));
    for (InetAddress wanted : addresses) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(wanted, port));
      } catch (IOException taken) {
        throw new PortInUseException(cluster, port);
      }
    }
  }

  private void demandPasswords(String superuser) throws SQLException, IOException {
    try (Connection connection = connect("postgres", superuser);
        Statement statement = connection.createStatement()) {
      Files.writeString(dataDirectory.resolve("pg_hba.conf"), PASSWORDS_ONLY);
      statement.execute("SELECT pg_reload_conf()");
    }
    // The server reads the file when it gets round to it.
    while (acceptsWrongPassword(superuser)) {
      LockSupport.parkNanos(RELOAD_POLL_NANOS);
    }
  }

  private boolean acceptsWrongPassword(String role) throws SQLException {
    try (Connection connection = connect("postgres", role, "not the password")) {
      return connection.isValid(1);
    } catch (SQLException refused) {
      if (INVALID_PASSWORD.equals(refused.getSQLState())) {
        return false;
      }
      throw refused;
    }
  }

  private static void deleteUnfinished(Path dataDirectory) throws IOException {
    boolean cluster = Files.exists(dataDirectory.resolve("pg_wal"));
    try (Stream<Path> content = Files.list(dataDirectory)) {
      if (!cluster && content.findAny().isPresent()) {
        throw new IOException(
            dataDirectory + " exists and is not a PostgreSQL cluster: choose another directory");
      }
    }
    deleteTree(dataDirectory);
  }

  private static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException anotherClusterLivesHere) {
      // The last one to leave deletes it.
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static void closeQuietly(EmbeddedCluster cluster, Exception cause) {
    if (cluster == null) {
      return;
    }
    try {
      cluster.close();
    } catch (RuntimeException alsoFailed) {
      cause.addSuppressed(alsoFailed);
    }
  }
}
