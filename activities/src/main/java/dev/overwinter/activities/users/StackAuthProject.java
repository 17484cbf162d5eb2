package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the project in Stack Auth allows.
 *
 * @param passwordSignIn whether passwords can be imported and used
 * @param oauthProviders ids of the configured providers
 */
record StackAuthProject(boolean passwordSignIn, Set<String> oauthProviders) {
  StackAuthProject {
    oauthProviders = Set.copyOf(oauthProviders);
  }

  static StackAuthProject of(JsonNode json) {
    Set<String> providers = new TreeSet<>();
    for (JsonNode provider : json.path("config").path("enabled_oauth_providers")) {
      providers.add(provider.path("id").asText());
    }
    return new StackAuthProject(
        json.path("config").path("credential_enabled").asBoolean(), providers);
  }
}
