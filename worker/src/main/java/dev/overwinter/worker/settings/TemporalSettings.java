package dev.overwinter.worker.settings;

import java.util.Objects;

/**
 * Where Temporal is, as far as Overwinter's own settings say. Temporal's variables and profile
 * file, which also hold keys and certificates, go before.
 *
 * @param taskQueue the task queue that the worker listens on
 * @param address {@code host:port}, or null
 * @param namespace the namespace, or null
 */
public record TemporalSettings(String taskQueue, String address, String namespace) {
  public TemporalSettings {
    Objects.requireNonNull(taskQueue, "taskQueue");
  }
}
