package dev.overwinter.worker.settings;

import dev.overwinter.activities.postgres.DatabaseSettings;
import java.util.Objects;

/**
 * What is known of the source alone. Its text form shows no secret.
 *
 * @param source the Supabase database
 * @param log where and how is logged
 */
public record SourceSettings(DatabaseSettings source, LogSettings log) {
  public SourceSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(log, "log");
  }
}
