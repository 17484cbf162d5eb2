package dev.overwinter.worker.temporal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A Temporal service on this machine, for those who have none. A boundary: the real development
 * server where its binary is found, else whatever {@link java.util.ServiceLoader} finds.
 */
public interface LocalTemporal {
  /** What it is, for people. */
  String description();

  /** Whether runs outlive this process, so that starting again goes on with them. */
  boolean isDurable();

  /** Whether it can be started here. */
  boolean isAvailable();

  /**
   * Starts it and waits until it answers.
   *
   * @param dataDirectory where it may keep files; created when missing
   * @throws IOException when it cannot be started; the message says what to do
   */
  Service start(Path dataDirectory) throws IOException;

  /** A started service; closing it stops it. */
  interface Service extends AutoCloseable {
    /** {@code host:port} */
    String address();

    /** Where a browser shows it, or an empty text. */
    String webAddress();

    @Override
    void close();
  }
}
