package dev.overwinter.sandbox.practice;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.PortInUseException;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a migration needs around it, except for Temporal and a worker. Closing it ends all of it.
 */
final class PracticeGround implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private StackAuthStandIn stackAuth;
  private SupabaseSource source;
  private SelfHostedTarget target;

  private PracticeGround() {}

  /**
   * Starts everything and fills the source.
   *
   * @throws IOException with the option to use instead when a port is taken
   */
  static PracticeGround open(SandboxOptions options, int stackPort, SandboxSeed seed)
      throws IOException, SQLException {
    PracticeGround ground = new PracticeGround();
    try {
      ground.start(options, stackPort);
      ground.source.plant(seed);
      return ground;
    } catch (IOException | SQLException | RuntimeException e) {
      ground.close();
      throw e;
    }
  }

  private void start(SandboxOptions options, int stackPort) throws IOException, SQLException {
    try {
      stackAuth =
          keep(StackAuthStandIn.listenAt(new InetSocketAddress(options.listen(), stackPort)));
    } catch (BindException e) {
      String what = "Port %d, where the Stack Auth stand-in was to listen, is in use";
      throw portInUse(what.formatted(stackPort), "stack");
    }
    try {
      source = keep(SupabaseSource.start(options));
      target = keep(SelfHostedTarget.start(options));
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof PortInUseException taken) {
        throw portInUse(taken.getMessage(), taken.cluster());
      }
      throw e.getCause();
    }
  }

  private static IOException portInUse(String what, String part) {
    return new IOException(
        "%s: stop what listens there, or choose another one with --%s-port.".formatted(what, part));
  }

  SupabaseSource source() {
    return source;
  }

  SelfHostedTarget target() {
    return target;
  }

  StackAuthStandIn stackAuth() {
    return stackAuth;
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        // The rest must go too; what did not close ends with this process.
        continue;
      }
    }
  }
}
