package dev.overwinter.sandbox.database;

import java.io.IOException;

/** Somebody else listens where a cluster was to listen. */
public final class PortInUseException extends IOException {
  private final String cluster;

  PortInUseException(String cluster, int port) {
    super("Port %d, where the %s was to listen, is in use".formatted(port, cluster));
    this.cluster = cluster;
  }

  /** Whose port it was to be: {@code source} or {@code target}. */
  public String cluster() {
    return cluster;
  }
}
