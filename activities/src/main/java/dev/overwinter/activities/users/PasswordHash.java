package dev.overwinter.activities.users;

import java.util.regex.Pattern;

/** What can stand in {@code encrypted_password}, and whether Stack Auth takes it. */
enum PasswordHash {
  NONE,
  /** Bcrypt of a cost up to 16: carried, so that the password goes on working. */
  PORTABLE,
  BCRYPT_TOO_COSTLY,
  ARGON2,
  /** From a user base that came from Firebase. */
  FIREBASE_SCRYPT,
  /** Wrapped by Supabase Auth with a key that is not in the database. */
  ENCRYPTED,
  OTHER;

  private static final Pattern BCRYPT = Pattern.compile("\\$2[ayb]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}");
  private static final int LOWEST_COST = 4;
  private static final int HIGHEST_COST = 16;

  /**
   * @param hash may be null
   */
  static PasswordHash of(String hash) {
    if (hash == null || hash.isEmpty()) {
      return NONE;
    }
    if (BCRYPT.matcher(hash).matches()) {
      int cost = Integer.parseInt(hash.substring(4, 6));
      if (cost < LOWEST_COST) {
        return OTHER;
      }
      return cost <= HIGHEST_COST ? PORTABLE : BCRYPT_TOO_COSTLY;
    }
    if (hash.startsWith("$argon2")) {
      return ARGON2;
    }
    if (hash.startsWith("$fbscrypt$")) {
      return FIREBASE_SCRYPT;
    }
    return hash.startsWith("{") ? ENCRYPTED : OTHER;
  }
}
