package dev.overwinter.worker.command;

import dev.overwinter.worker.settings.SettingsReader;
import dev.overwinter.worker.settings.SourceSettings;
import dev.overwinter.worker.settings.TargetSettings;
import dev.overwinter.worker.settings.WorkerSettings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the settings file, and what follows from it. */
final class SettingsOption {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Settings in YAML, as in overwinter.example.yaml. Environment variables go before it; secrets come only from them.")
  private Path file;

  /** Reads the settings and points the log to its file, which must come before the first logger. */
  WorkerSettings load() {
    WorkerSettings settings = SettingsReader.read(file, System.getenv());
    Logging.apply(settings.log());
    return settings;
  }

  /** The same, of what concerns the source only. */
  SourceSettings loadSource() {
    SourceSettings settings = SettingsReader.readSource(file, System.getenv());
    Logging.apply(settings.log());
    return settings;
  }

  /** The same, of what concerns the target only. */
  TargetSettings loadTarget() {
    TargetSettings settings = SettingsReader.readTarget(file, System.getenv());
    Logging.apply(settings.log());
    return settings;
  }
}
