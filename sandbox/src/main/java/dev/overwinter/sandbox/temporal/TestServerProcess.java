package dev.overwinter.sandbox.temporal;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;

/**
 * The process of {@link EmbeddedTemporal}: Temporal's test server, with what it does otherwise than
 * the real one put right where a migration depends on it.
 */
final class TestServerProcess {
  private TestServerProcess() {}

  /**
   * Serves on the port named by the only argument until the standard input ends, which happens when
   * the process that holds its other end is gone, however it died.
   */
  public static void main(String[] arguments) throws IOException {
    serve(Integer.parseInt(arguments[0]));
    while (System.in.read() >= 0) {
      // Nobody says anything; only the end counts.
    }
    System.exit(0);
  }

  private static Server serve(int port) throws IOException {
    boolean realTime = true;
    TestServicesStarter services = new TestServicesStarter(realTime, 0);
    ManagedChannel itself =
        Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    ServerBuilder<?> builder =
        Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
            .intercept(new CancelRaceGuard(() -> WorkflowServiceGrpc.newBlockingStub(itself)))
            .intercept(new StickyQueueStripper());
    GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
    return builder.build().start();
  }
}
