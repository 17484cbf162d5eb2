package dev.overwinter.sandbox.real;

/**
 * What a command answered.
 *
 * @param exitCode its exit code
 * @param out what it wrote to its standard output
 * @param errors what it wrote to its standard error stream
 */
public record Typed(int exitCode, String out, String errors) {
  /** Both streams, for messages of which nobody knows where they go. */
  public String all() {
    return out + errors;
  }
}
