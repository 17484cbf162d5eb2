package dev.overwinter.sandbox.app;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A handful of passwords with real bcrypt hashes, always the same. Users share them: hashing one
 * password per user would take longer than everything else. Not thread-safe.
 */
final class KnownPasswords {
  private static final int DISTINCT = 8;
  private static final int QUICK = 4;
  private static final int USUAL = 10;

  private final Map<String, String> hashes = new HashMap<>();

  String of(int user) {
    return "Frost-Window-" + user % DISTINCT;
  }

  String hashFor(UserKind kind, int user) {
    return switch (kind) {
      case PASSWORD_2B -> hash(BCrypt.Version.VERSION_2B, QUICK, of(user));
      case PASSWORD_2Y -> hash(BCrypt.Version.VERSION_2Y, QUICK, of(user));
      case PASSWORD_COST_10 -> hash(BCrypt.Version.VERSION_2A, USUAL, of(user));
      default -> hash(BCrypt.Version.VERSION_2A, QUICK, of(user));
    };
  }

  private String hash(BCrypt.Version version, int cost, String password) {
    String name = version + ":" + cost + ":" + password;
    return hashes.computeIfAbsent(
        name,
        salt ->
            new String(
                BCrypt.with(version)
                    .hash(cost, Digests.md5Bytes(salt), password.getBytes(StandardCharsets.UTF_8)),
                StandardCharsets.US_ASCII));
  }
}
