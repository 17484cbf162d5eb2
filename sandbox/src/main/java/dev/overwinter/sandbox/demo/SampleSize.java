package dev.overwinter.sandbox.demo;

import dev.overwinter.sandbox.app.SandboxSeed;
import picocli.CommandLine.Option;

/** How large a sample application a command is to plant. */
public final class SampleSize {
  @Option(
      names = "--users",
      paramLabel = "N",
      description = "Users of the sample application. Default: ${DEFAULT-VALUE}.")
  private int users = SandboxSeed.demo().users();

  @Option(
      names = "--readings",
      paramLabel = "N",
      description = "Rows of its largest table. Default: ${DEFAULT-VALUE}.")
  private long readings = SandboxSeed.demo().readings();

  /**
   * The sample of this size.
   *
   * @param seed which sample: the same seed gives the same rows
   * @throws IllegalArgumentException when it can be of no such size
   */
  public SandboxSeed of(long seed) {
    return new SandboxSeed(users, readings, seed);
  }
}
