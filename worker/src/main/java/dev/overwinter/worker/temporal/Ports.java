package dev.overwinter.worker.temporal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds free TCP ports on this machine. */
public final class Ports {
  /** The port that Temporal's own command line looks at unless told otherwise. */
  public static final int TEMPORAL = 7233;

  private Ports() {}

  /** The preferred port if nobody listens there, else any free one; 0 prefers none. */
  public static int free(int preferred) throws IOException {
    return isFree(preferred) ? preferred : probe(0);
  }

  private static boolean isFree(int port) {
    try {
      return probe(port) == port;
    } catch (IOException e) {
      return false;
    }
  }

  private static int probe(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
