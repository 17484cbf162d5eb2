package dev.overwinter.worker.temporal;

import io.grpc.StatusRuntimeException;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.time.Duration;

/** Finds out whether a Temporal service answers. */
public final class ServerProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ONE_TRY = Duration.ofSeconds(1);

  private ServerProbe() {}

  /** Whether a service answers at {@code host:port} within a second. */
  public static boolean answers(String address) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
    try {
      stubs.connect(ONE_TRY);
      return true;
    } catch (StatusRuntimeException | IllegalStateException e) {
      return false;
    } finally {
      stubs.shutdownNow();
    }
  }

  /**
   * Waits until a service that was just started answers.
   *
   * @param remedy where to look when it does not
   * @throws IOException when its process ended or a minute passed
   */
  public static void await(Process process, String address, String remedy) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (!process.isAlive()) {
        throw new IOException(
            "the Temporal server ended with exit code %d: %s"
                .formatted(process.exitValue(), remedy));
      }
      if (answers(address)) {
        return;
      }
    }
    throw new IOException(
        "the Temporal server does not answer at %s: %s".formatted(address, remedy));
  }
}
