package dev.overwinter.sandbox.command;

import java.util.List;

/** What a command said, and its exit code. */
public record Answer(int exitCode, String out, String errors) {
  /** Both streams, in no particular order. */
  public String all() {
    return out + errors;
  }

  /** Each blocker's first line. */
  public List<String> blockers() {
    return all().lines().filter(line -> line.contains("BLOCKER")).toList();
  }

  /** Everything in one line, however it was broken. */
  public String flowing() {
    return all().replaceAll("\\s+", " ");
  }
}
