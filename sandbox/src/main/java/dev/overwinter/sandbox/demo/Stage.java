package dev.overwinter.sandbox.demo;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Everything a migration needs around it, on this machine: a planted source, an empty target, a
 * stand-in for Stack Auth, a Temporal of its own, and a worker process. Closing it ends all of it.
 */
public final class Stage implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Path directory;
  private final SupabaseSource source;
  private final SelfHostedTarget target;
  private final StackAuthStandIn stackAuth;
  private final TemporalConnection temporal;
  private final WorkerChild worker;

  private Stage(
      Path directory, SandboxOptions options, StackAuthStandIn standIn, LocalTemporal chosen)
      throws SQLException, IOException {
    this.directory = directory.toAbsolutePath();
    try {
      stackAuth = keep(standIn);
      source = keep(SupabaseSource.start(options));
      target = keep(SelfHostedTarget.start(options));
      LocalTemporal.Service service = keep(chosen.start(this.directory.resolve("temporal")));
      temporal = keep(TemporalConnection.open(service));
      worker =
          keep(
              new WorkerChild(
                  service.address(),
                  workerEnvironment(),
                  this.directory.resolve("logs/worker.out")));
    } catch (SQLException | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Sets up everything but starts no worker yet.
   *
   * @param directory where archive and logs go
   * @param options where the databases keep their data
   * @param standIn closed together with the stage
   * @param temporal started for the stage
   */
  public static Stage set(
      Path directory,
      SandboxOptions options,
      SandboxSeed seed,
      StackAuthStandIn standIn,
      LocalTemporal temporal)
      throws SQLException, IOException {
    Stage stage = new Stage(directory, options, standIn, temporal);
    try {
      stage.source.plant(seed);
      return stage;
    } catch (SQLException | RuntimeException e) {
      stage.close();
      throw e;
    }
  }

  public SupabaseSource source() {
    return source;
  }

  public SelfHostedTarget target() {
    return target;
  }

  public StackAuthStandIn stackAuth() {
    return stackAuth;
  }

  /** The worker process; not started. */
  public WorkerChild worker() {
    return worker;
  }

  /** A client of the stage's Temporal. */
  public WorkflowClient temporal() {
    return temporal.client();
  }

  /** Where runs put their files. */
  public Path archive() {
    return directory.resolve("archive");
  }

  /** What a worker for this stage finds in its environment. */
  public Map<String, String> workerEnvironment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("OVERWINTER_SOURCE_URL", source.jdbcUrl());
    environment.put("OVERWINTER_SOURCE_USER", source.user());
    environment.put("OVERWINTER_SOURCE_PASSWORD", source.password());
    environment.put("OVERWINTER_TARGET_URL", target.jdbcUrl());
    environment.put("OVERWINTER_TARGET_USER", target.user());
    environment.put("OVERWINTER_TARGET_PASSWORD", target.password());
    environment.put("OVERWINTER_STACK_URL", stackAuth.baseUrl().toString());
    environment.put("OVERWINTER_STACK_PROJECT_ID", stackAuth.project().id());
    environment.put("OVERWINTER_STACK_SECRET_KEY", stackAuth.project().secretServerKey());
    environment.put("OVERWINTER_ARCHIVE_DIRECTORY", archive().toString());
    environment.put("OVERWINTER_LOG_FILE", directory.resolve("logs/worker.log").toString());
    return environment;
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
