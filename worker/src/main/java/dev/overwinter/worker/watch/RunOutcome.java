package dev.overwinter.worker.watch;

import dev.overwinter.workflows.status.RunStatus;
import java.util.Objects;

/**
 * How a run ended.
 *
 * @param exitCode what the process says to its caller, see {@link ExitCodes}
 * @param status the run's last status, or null when it could not be had
 * @param failure why it failed, or an empty text
 */
public record RunOutcome(int exitCode, RunStatus status, String failure) {
  public RunOutcome {
    Objects.requireNonNull(failure, "failure");
  }
}
