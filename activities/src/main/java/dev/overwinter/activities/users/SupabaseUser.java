package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A user of Supabase Auth, as far as it can be carried.
 *
 * @param identities how the user signs in, oldest first
 */
record SupabaseUser(UUID id, Login login, Profile profile, Flags flags, List<Identity> identities) {
  SupabaseUser {
    Objects.requireNonNull(id, "id");
    identities = List.copyOf(identities);
  }

  /** Without anything personal. */
  @Override
  public String toString() {
    return "user " + id;
  }

  /**
   * What one signs in with. Nothing here is an empty string: what is not there is null.
   *
   * @param email lower-cased and trimmed
   * @param passwordHash whatever stands in {@code encrypted_password}
   * @param phone digits without the leading plus
   */
  record Login(
      String email,
      boolean emailConfirmed,
      String passwordHash,
      String phone,
      boolean phoneConfirmed) {
    @Override
    public String toString() {
      return "login";
    }
  }

  /**
   * What is known about the person.
   *
   * @param userMetadata may be written by the user; null when there is none
   * @param appMetadata may not be written by the user; null when there is none
   * @param createdAt ISO 8601, or null
   * @param bannedUntil ISO 8601, or null when the user is not banned now
   */
  record Profile(
      JsonNode userMetadata, JsonNode appMetadata, String createdAt, String bannedUntil) {
    @Override
    public String toString() {
      return "profile";
    }
  }

  /**
   * @param visible whether Supabase Auth itself sees the user
   * @param ownsEmail whether the address is this user's where several users have it
   */
  record Flags(
      boolean visible, boolean sso, boolean anonymous, boolean deleted, boolean ownsEmail) {}

  /**
   * One way of signing in.
   *
   * @param provider such as {@code email} or {@code google}
   * @param providerId who the user is at the provider
   * @param data what the provider told; never null
   */
  record Identity(String provider, String providerId, JsonNode data) {
    @Override
    public String toString() {
      return "identity at " + provider;
    }
  }
}
