package dev.overwinter.sandbox.app;

import java.util.List;
import java.util.UUID;

/**
 * A seeded user.
 *
 * @param number counted from 0
 * @param id the id in auth.users
 * @param kind what is special about the user
 * @param email as stored, or null
 * @param phone digits without the plus sign as stored, or null
 * @param password what the user types to sign in, or null when the sandbox does not know
 * @param encryptedPassword as stored: may be null or empty
 * @param providers of the user's identities, in the order they were linked
 */
public record SandboxUser(
    int number,
    UUID id,
    UserKind kind,
    String email,
    String phone,
    String password,
    String encryptedPassword,
    List<String> providers) {

  public SandboxUser {
    providers = List.copyOf(providers);
  }
}
