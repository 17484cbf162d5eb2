package dev.overwinter.worker.temporal;

import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The variables and the profile file that Temporal's own command line reads. The profile's text
 * form shows the API key: it must never get into a message or a log.
 */
final class TemporalProfile {
  private static final String FILE = "TEMPORAL_CONFIG_FILE";

  private TemporalProfile() {}

  /**
   * @throws TemporalUnavailableException when the file or the profile named is not there or wrong
   */
  static ClientConfigProfile load(Map<String, String> environment) {
    String file = environment.get(FILE);
    // Otherwise a misspelt name would lead to whatever listens at the usual address.
    if (file != null && !file.isBlank() && !Files.isReadable(Path.of(file))) {
      throw new TemporalUnavailableException(
          "Temporal's profile file %s is not there or cannot be read: correct %s"
              .formatted(file, FILE));
    }
    try {
      return ClientConfigProfile.load(
          LoadClientConfigProfileOptions.newBuilder().setEnvOverrides(environment).build());
    } catch (IOException e) {
      // Its message may quote a line of the file.
      throw new TemporalUnavailableException(
          "Temporal's profile file is no valid TOML: look at it with temporal config list, or correct %s"
              .formatted(FILE));
    } catch (RuntimeException e) {
      // Not only of arguments: the reader falls over a file that holds no profile at all.
      throw new TemporalUnavailableException(
          "Temporal's profile file and variables cannot be used: check that the profile named by TEMPORAL_PROFILE is in the file, and the TEMPORAL_TLS_* variables");
    }
  }

  /**
   * How to connect.
   *
   * @throws TemporalUnavailableException when certificates or keys cannot be read
   */
  static WorkflowServiceStubsOptions.Builder stubs(ClientConfigProfile profile) {
    try {
      return WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions());
    } catch (RuntimeException e) {
      String reason =
          e.getCause() instanceof NoSuchFileException missing
              ? "there is no file " + missing.getFile()
              : (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName();
      throw new TemporalUnavailableException(
          "Temporal's profile names certificates or keys that cannot be used (%s): check TEMPORAL_TLS_* and the profile file"
              .formatted(reason));
    }
  }
}
