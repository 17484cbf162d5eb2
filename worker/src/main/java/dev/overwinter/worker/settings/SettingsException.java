package dev.overwinter.worker.settings;

import java.util.List;

/** The settings are wrong. Lists every problem, each with its place and what to do about it. */
public final class SettingsException extends RuntimeException {
  private final transient List<String> problems;

  /**
   * @param where what was read, such as a file's name
   * @param problems everything that is wrong; none of it quotes a secret
   */
  public SettingsException(String where, List<String> problems) {
    super(
        "%s: %d %s%n  - %s"
            .formatted(
                where,
                problems.size(),
                problems.size() == 1 ? "problem" : "problems",
                String.join(System.lineSeparator() + "  - ", problems)));
    this.problems = List.copyOf(problems);
  }

  /** Everything that is wrong. */
  public List<String> problems() {
    return problems;
  }
}
