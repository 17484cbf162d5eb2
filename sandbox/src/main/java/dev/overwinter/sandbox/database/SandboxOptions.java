package dev.overwinter.sandbox.database;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * @param sourcePort TCP port of the source, 0 for any free one
 * @param targetPort TCP port of the target, 0 for any free one
 */
public record SandboxOptions(
    Path directory, boolean kept, boolean fsync, int sourcePort, int targetPort) {

  public SandboxOptions {
    Objects.requireNonNull(directory, "directory");
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
      return new SandboxOptions(
          Files.createTempDirectory("overwinter-sandbox-"), false, false, 0, 0);
    } catch (IOException cause) {
      throw new UncheckedIOException("Cannot create a directory for the sandbox clusters", cause);
    }
  }

  /** Clusters that can be stopped and started again in the same directory, on any port. */
  public static SandboxOptions keptIn(Path directory) {
    return new SandboxOptions(directory, true, true, 0, 0);
  }

  /** The same clusters, waiting for the disk or not. */
  public SandboxOptions withFsync(boolean wanted) {
    return new SandboxOptions(directory, kept, wanted, sourcePort, targetPort);
  }

  /** The same clusters on fixed ports. */
  public SandboxOptions withPorts(int source, int target) {
    return new SandboxOptions(directory, kept, fsync, source, target);
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(name + " must be between 0 and 65535, not " + port);
    }
  }
}
