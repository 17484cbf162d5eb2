package dev.overwinter.sandbox.stackauth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.util.regex.Pattern;

/** The one kind of password hash that Stack Auth knows: bcrypt in modular crypt format. */
final class PasswordHashes {
  private static final Pattern BCRYPT = Pattern.compile("\\$2[ayb]\\$.{56}");
  private static final int HIGHEST_COST = 16;
  private static final int OWN_COST = 10;

  private PasswordHashes() {}

  static boolean importable(String hash) {
    if (!BCRYPT.matcher(hash).matches()) {
      return false;
    }
    try {
      return Integer.parseInt(hash.substring(4, 6)) <= HIGHEST_COST && hash.charAt(6) == '$';
    } catch (NumberFormatException noCost) {
      return false;
    }
  }

  static String hash(String password) {
    return BCrypt.with(LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
        .hashToString(OWN_COST, password.toCharArray());
  }

  static boolean matches(String password, String hash) {
    return BCrypt.verifyer(null, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
        .verify(password.toCharArray(), hash.toCharArray())
        .verified;
  }
}
