package dev.overwinter.sandbox.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the embedded clusters keep their data and how careful they are with it.
 *
 * @param directory holds one directory per cluster
 * @param kept whether the data outlives the process; if not, closing a cluster deletes its
 *     directory
 * @param fsync whether commits reach the disk; only throw-away clusters should go without
 * @param listen the address at which both listen; this machine reaches them as localhost always
 * @param sourcePort TCP port of the source, 0 for any free one
 * @param targetPort TCP port of the target, 0 for any free one
 */
public record SandboxOptions(
    Path directory,
    boolean kept,
    boolean fsync,
    InetAddress listen,
    int sourcePort,
    int targetPort) {

  public SandboxOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(listen, "listen");
    requirePort("sourcePort", sourcePort);
    requirePort("targetPort", targetPort);
    if (sourcePort != 0 && sourcePort == targetPort) {
      throw new IllegalArgumentException(
          "Source and target cannot both listen on port " + sourcePort + ": choose two ports");
    }
  }

  /** Clusters for one test: a temporary directory, any port, no waiting for the disk. */
  public static SandboxOptions throwaway() {
    try {
      return throwawayIn(Files.createTempDirectory("overwinter-sandbox-"));
    } catch (IOException cause) {
      throw new UncheckedIOException("Cannot create a directory for the sandbox clusters", cause);
    }
  }

  /**
   * Clusters that begin anew at each start and are deleted at the end, on any port, without waiting
   * for the disk.
   */
  public static SandboxOptions throwawayIn(Path directory) {
    return new SandboxOptions(directory, false, false, InetAddress.getLoopbackAddress(), 0, 0);
  }

  /** Clusters that can be stopped and started again in the same directory, on any port. */
  public static SandboxOptions keptIn(Path directory) {
    return new SandboxOptions(directory, true, true, InetAddress.getLoopbackAddress(), 0, 0);
  }

  /** The same clusters, waiting for the disk or not. */
  public SandboxOptions withFsync(boolean wanted) {
    return new SandboxOptions(directory, kept, wanted, listen, sourcePort, targetPort);
  }

  /** The same clusters on fixed ports. */
  public SandboxOptions withPorts(int source, int target) {
    return new SandboxOptions(directory, kept, fsync, listen, source, target);
  }

  /** The same clusters, to be reached from other machines too. */
  public SandboxOptions listeningAt(InetAddress address) {
    return new SandboxOptions(directory, kept, fsync, address, sourcePort, targetPort);
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(name + " must be between 0 and 65535, not " + port);
    }
  }
}
