package dev.overwinter.worker.codec;

import com.sun.net.httpserver.HttpServer;
import io.temporal.payload.codec.PayloadCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Encrypts and decrypts payloads for those who look at runs: Temporal's command line and web UI ask
 * it over HTTP by Temporal's remote codec protocol. Knows nothing of Temporal's service.
 */
public final class CodecEndpoint implements AutoCloseable {
  /** Each holds one request's body; a person looks at one run at a time. */
  private static final int THREADS = 4;

  private static final int BACKLOG = 50;

  static {
    // A caller that stalls would keep a thread for good; read once, by the first server.
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "30");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private CodecEndpoint(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts listening.
   *
   * @param address port 0 for any free one
   * @param origins the web pages that may ask, as browsers name them, such as {@code
   *     http://localhost:8233}
   * @param token what callers must name as bearer token; empty for none
   * @throws IOException when the address cannot be listened on
   */
  public static CodecEndpoint start(
      InetSocketAddress address, PayloadCodec codec, Set<String> origins, String token)
      throws IOException {
    CodecEndpoint endpoint = new CodecEndpoint(HttpServer.create(address, BACKLOG));
    endpoint.server.createContext("/", new CodecHandler(codec, origins, token));
    endpoint.server.setExecutor(endpoint.threads);
    endpoint.server.start();
    return endpoint;
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
