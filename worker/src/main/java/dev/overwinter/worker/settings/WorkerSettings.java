package dev.overwinter.worker.settings;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.activities.hooks.HookSettings;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.users.StackAuthSettings;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Everything the process is told, complete with every default. Its text form shows no secret.
 *
 * @param source the Supabase database
 * @param target the own database
 * @param stackAuth where the accounts go
 * @param archiveDirectory where exported rows, manifest and report are written
 * @param lanes how many lanes the worker takes at one time
 * @param hooks who is told of the freeze
 * @param temporal where Temporal is
 * @param http where the worker tells of itself
 * @param log where and how is logged
 * @param request what {@code run} and {@code plan} ask for, unread; null where the file has none
 */
public record WorkerSettings(
    DatabaseSettings source,
    DatabaseSettings target,
    StackAuthSettings stackAuth,
    Path archiveDirectory,
    int lanes,
    HookSettings hooks,
    TemporalSettings temporal,
    HttpSettings http,
    LogSettings log,
    JsonNode request) {
  /** Guards and leases must get a connection to either side however busy the copying is. */
  public static final int GUARD_CONNECTIONS = 3;

  public WorkerSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(stackAuth, "stackAuth");
    Objects.requireNonNull(archiveDirectory, "archiveDirectory");
    Objects.requireNonNull(hooks, "hooks");
    Objects.requireNonNull(temporal, "temporal");
    Objects.requireNonNull(http, "http");
    Objects.requireNonNull(log, "log");
  }
}
