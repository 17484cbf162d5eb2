package dev.overwinter.worker.settings;

import java.net.URI;
import java.util.Objects;

/**
 * How to reach Stack Auth.
 *
 * @param url the API's address without a path, such as {@code https://auth.example.org}
 * @param projectId the project that takes the accounts
 * @param secretKey the project's secret server key
 */
public record StackAuthSettings(URI url, String projectId, String secretKey) {
  public StackAuthSettings {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(projectId, "projectId");
    Objects.requireNonNull(secretKey, "secretKey");
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Stack Auth project %s at %s".formatted(projectId, url);
  }
}
