package dev.overwinter.sandbox.demo;

import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.stackauth.StackAuthStandIn;
import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.net.InetSocketAddress;
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
  private final String temporalAddress;
  private final WorkerChild worker;
  private final Map<String, String> variables;

  private Stage(
      Path directory,
      Opening<SupabaseSource> openSource,
      Opening<SelfHostedTarget> openTarget,
      StackAuthStandIn standIn,
      LocalTemporal chosen,
      Map<String, String> variables)
      throws SQLException, IOException {
    this.variables = Map.copyOf(variables);
    this.directory = directory.toAbsolutePath();
    try {
      stackAuth = keep(standIn);
      source = keep(openSource.open());
      target = keep(openTarget.open());
      LocalTemporal.Service service = keep(chosen.start(this.directory.resolve("temporal")));
      temporal = keep(TemporalConnection.open(service, SettingsReader.readPayloadKeys(variables)));
      temporalAddress = service.address();
      worker = anotherWorker("worker");
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
    return set(directory, options, seed, standIn, temporal, Map.of());
  }

  /**
   * The same with further variables for the worker; of payload keys among them, the stage's own
   * client knows too.
   */
  public static Stage set(
      Path directory,
      SandboxOptions options,
      SandboxSeed seed,
      StackAuthStandIn standIn,
      LocalTemporal temporal,
      Map<String, String> variables)
      throws SQLException, IOException {
    return plant(
        seed,
        new Stage(
            directory,
            () -> SupabaseSource.start(options),
            () -> SelfHostedTarget.start(options),
            standIn,
            temporal,
            variables));
  }

  /**
   * The same on two PostgreSQL servers that run already and are new; see {@link
   * SupabaseSource#furnish} for what they need. Closing the stage does not stop them.
   */
  public static Stage setOn(
      Path directory,
      InetSocketAddress source,
      InetSocketAddress target,
      SandboxSeed seed,
      StackAuthStandIn standIn,
      LocalTemporal temporal)
      throws SQLException, IOException {
    return plant(
        seed,
        new Stage(
            directory,
            () -> SupabaseSource.furnish(source.getHostString(), source.getPort()),
            () -> SelfHostedTarget.furnish(target.getHostString(), target.getPort()),
            standIn,
            temporal,
            Map.of()));
  }

  private static Stage plant(SandboxSeed seed, Stage stage) throws SQLException {
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

  /**
   * One more worker process, for the same work; not started. It ends with the stage.
   *
   * @param name names its log
   */
  public WorkerChild anotherWorker(String name) {
    return anotherWorker(name, Map.of());
  }

  /**
   * The same with variables that go before the stage's own.
   *
   * @param name names its log
   */
  public WorkerChild anotherWorker(String name, Map<String, String> own) {
    Path logs = directory.resolve("logs");
    Map<String, String> environment = workerEnvironment();
    environment.putAll(own);
    environment.put("OVERWINTER_LOG_FILE", logs.resolve(name + ".log").toString());
    return keep(new WorkerChild(temporalAddress, environment, logs.resolve(name + ".out")));
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
    Map<String, String> environment = new HashMap<>(variables);
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
    // Stages stand side by side, and beside a real worker.
    environment.put("OVERWINTER_HTTP_ADDRESS", "off");
    return environment;
  }

  @FunctionalInterface
  private interface Opening<T> {
    T open() throws SQLException;
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
