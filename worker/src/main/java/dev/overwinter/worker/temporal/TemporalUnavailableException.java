package dev.overwinter.worker.temporal;

/** Temporal does not answer or cannot be used. The message says what to do. */
public final class TemporalUnavailableException extends RuntimeException {
  public TemporalUnavailableException(String message) {
    super(message);
  }
}
