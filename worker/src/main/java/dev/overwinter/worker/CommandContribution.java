package dev.overwinter.worker;

/**
 * A subcommand from outside this module, found by {@link java.util.ServiceLoader}. A boundary: what
 * only serves trying things out stays out of the worker's artifact.
 */
public interface CommandContribution {
  /** An object that picocli takes as a subcommand, its name in its annotation. */
  Object command();
}
