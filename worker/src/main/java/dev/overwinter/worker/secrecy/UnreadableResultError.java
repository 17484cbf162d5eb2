package dev.overwinter.worker.secrecy;

/**
 * What a step answered cannot be read by this worker. An error and not an exception, so that no
 * code of the workflow can take it for a failure of the step and decide something: the workflow
 * task fails, nothing is recorded, and the run waits for a worker that can read it.
 */
final class UnreadableResultError extends Error {
  private static final long serialVersionUID = 1;

  UnreadableResultError(UnreadablePayloadException cause) {
    super(cause.getMessage(), cause);
  }
}
