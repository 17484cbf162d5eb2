package dev.overwinter.sandbox.database;

/** A server that somebody else starts and stops. */
record BorrowedCluster(String host, int port) implements Cluster {
  @Override
  public void close() {
    // Whoever started it stops it.
  }
}
