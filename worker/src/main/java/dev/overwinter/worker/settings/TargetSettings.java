package dev.overwinter.worker.settings;

import dev.overwinter.activities.postgres.DatabaseSettings;
import java.util.Objects;

/**
 * What is known of the target alone. Its text form shows no secret.
 *
 * @param target the own database
 * @param log where and how is logged
 */
public record TargetSettings(DatabaseSettings target, LogSettings log) {
  public TargetSettings {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(log, "log");
  }
}
