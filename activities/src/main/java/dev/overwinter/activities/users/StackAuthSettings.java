package dev.overwinter.activities.users;

import java.net.URI;
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
    if (!"http".equals(baseUrl.getScheme()) && !"https".equals(baseUrl.getScheme())) {
      throw new IllegalArgumentException("The address of Stack Auth must begin with http(s)://");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Stack Auth at %s, project %s".formatted(baseUrl, projectId);
  }
}
