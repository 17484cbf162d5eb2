package dev.overwinter.sandbox.real;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Stands before a server without TLS, as a proxy of an operator's network does: it takes
 * connections of HTTP/2 over TLS whose client shows a certificate, and passes on what is inside.
 */
final class MutualTlsGate implements AutoCloseable {
  private final SSLServerSocket door;
  private final String behind;

  private MutualTlsGate(SSLServerSocket door, String behind) {
    this.door = door;
    this.behind = behind;
  }

  /**
   * @param behind {@code host:port} of the server
   */
  static MutualTlsGate open(SSLContext context, String behind) throws IOException {
    SSLServerSocket door =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLParameters parameters = door.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    parameters.setNeedClientAuth(true);
    door.setSSLParameters(parameters);
    MutualTlsGate gate = new MutualTlsGate(door, behind);
    start(gate::serve);
    return gate;
  }

  int port() {
    return door.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }

  private void serve() {
    try {
      while (true) {
        SSLSocket guest = (SSLSocket) door.accept();
        start(() -> pass(guest));
      }
    } catch (IOException e) {
      // Closed, which is how it ends.
      return;
    }
  }

  private void pass(SSLSocket guest) {
    URI address = URI.create("tcp://" + behind);
    try (guest;
        Socket server = new Socket(address.getHost(), address.getPort())) {
      guest.startHandshake();
      Thread answers = start(() -> copy(server, guest));
      copy(guest, server);
      answers.join();
    } catch (IOException e) {
      // Refused in the handshake; the other side is told by TLS itself.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream input = from.getInputStream();
        OutputStream output = to.getOutputStream()) {
      input.transferTo(output);
    } catch (IOException e) {
      // Either side has hung up.
      return;
    }
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work, "gate");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
