package dev.overwinter.worker.settings;

import dev.overwinter.activities.postgres.DatabaseSettings;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What is known of the source alone. Its text form shows no secret.
 *
 * @param source the Supabase database
 * @param logFile the log with everything
 */
public record SourceSettings(DatabaseSettings source, Path logFile) {
  public SourceSettings {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(logFile, "logFile");
  }
}
