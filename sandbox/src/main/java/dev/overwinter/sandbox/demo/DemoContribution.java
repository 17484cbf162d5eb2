package dev.overwinter.sandbox.demo;

import dev.overwinter.worker.CommandContribution;

/** Adds {@code demo} to the command line where the sandbox is there. */
public final class DemoContribution implements CommandContribution {
  @Override
  public Object command() {
    return new DemoCommand();
  }
}
