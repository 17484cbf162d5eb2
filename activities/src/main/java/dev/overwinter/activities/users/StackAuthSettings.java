package dev.overwinter.activities.users;

import java.net.URI;
import java.util.List;
import java.util.Objects;

/**
 * How to reach the project in Stack Auth that people move to.
 *
 * @param baseUrl where the service answers, without {@code /api/v1}; http or https
 * @param projectId the project
 * @param secretServerKey the project's secret server key
 */
public record StackAuthSettings(URI baseUrl, String projectId, String secretServerKey) {
  public StackAuthSettings {
    Objects.requireNonNull(projectId, "projectId");
    Objects.requireNonNull(secretServerKey, "secretServerKey");
    if (!secretServerKey.chars().allMatch(c -> c > ' ' && c < 127)) {
      // Said here, because an HTTP client would quote the key when it refuses to send it.
      throw new IllegalArgumentException(
          "The secret server key of Stack Auth holds a space or a character that is not ASCII");
    }
    if (!List.of("http", "https").contains(String.valueOf(baseUrl.getScheme()))
        || baseUrl.getHost() == null) {
      throw new IllegalArgumentException(
          "The address of Stack Auth must be http(s)://host[:port][/path]");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Stack Auth at %s, project %s".formatted(baseUrl, projectId);
  }
}
