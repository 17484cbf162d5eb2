package dev.overwinter.sandbox.practice;

import dev.overwinter.worker.CommandContribution;

/** Adds {@code sandbox} to the command line where the sandbox is there. */
public final class SandboxContribution implements CommandContribution {
  @Override
  public Object command() {
    return new SandboxCommand();
  }
}
