package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import java.util.List;

/**
 * Finds the name to show for a user: {@code name}, {@code full_name}, {@code display_name}, {@code
 * username} or {@code user_name} of the user's metadata, then the same of each identity, then what
 * stands before the {@code @} of the e-mail.
 */
final class DisplayName {
  private static final int LONGEST = 256;
  private static final List<String> KEYS =
      List.of("name", "full_name", "display_name", "username", "user_name");

  private DisplayName() {}

  /** Null when nothing fits. */
  static String of(SupabaseUser user) {
    String name = in(user.profile().userMetadata());
    for (Identity identity : user.identities()) {
      name = name == null ? in(identity.data()) : name;
    }
    String email = user.login().email();
    if (name == null && email != null && email.indexOf('@') > 0) {
      name = email.substring(0, email.indexOf('@'));
    }
    return name == null ? null : shortened(name);
  }

  private static String in(JsonNode metadata) {
    if (metadata == null) {
      return null;
    }
    return KEYS.stream()
        .map(metadata::path)
        .filter(value -> value.isTextual() && !value.asText().isBlank())
        .map(JsonNode::asText)
        .findFirst()
        .orElse(null);
  }

  private static String shortened(String name) {
    if (name.length() <= LONGEST) {
      return name;
    }
    // Half of a surrogate pair is not a character.
    boolean splitsPair = Character.isHighSurrogate(name.charAt(LONGEST - 1));
    return name.substring(0, splitsPair ? LONGEST - 1 : LONGEST);
  }
}
