package dev.overwinter.worker.settings;

import dev.overwinter.worker.secrecy.PayloadKeys;
import java.util.Objects;

/**
 * Where Temporal is, as far as Overwinter's own settings say. Temporal's variables and profile
 * file, which also hold keys and certificates, go before.
 *
 * @param taskQueue the task queue that the worker listens on
 * @param address {@code host:port}, or null
 * @param namespace the namespace, or null
 * @param payloadKeys what payloads are encrypted with
 * @param versioning whether runs stay with the worker's version
 * @param buildId what tells the worker's version from others; null for the program's own version
 */
public record TemporalSettings(
    String taskQueue,
    String address,
    String namespace,
    PayloadKeys payloadKeys,
    Versioning versioning,
    String buildId) {
  public TemporalSettings {
    Objects.requireNonNull(taskQueue, "taskQueue");
    Objects.requireNonNull(payloadKeys, "payloadKeys");
    Objects.requireNonNull(versioning, "versioning");
  }

  /** Neither encryption nor versioning. */
  public TemporalSettings(String taskQueue, String address, String namespace) {
    this(taskQueue, address, namespace, PayloadKeys.none(), Versioning.NONE, null);
  }
}
